// The parts of an image's name.
#pragma once

#include <string_view>

#include "engine/state/container_facts.h"

namespace saker::containers {

/// Fills image, repository, tag and digest from `registry:5000/team/name:tag@sha256:…`. A name with
/// neither tag nor digest has the tag `latest`, as registries read it; an id is no name and fills
/// nothing but `image`.
void set_image(std::string_view name, ContainerFacts& facts);

/// The first 12 digits, without `sha256:`.
std::string_view short_image_id(std::string_view id);

/// `sha256:` and digits, or 64 hexadecimal digits alone.
bool is_image_id(std::string_view name);

}  // namespace saker::containers

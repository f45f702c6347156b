#include "outputs/output.h"

#include "outputs/spool.h"

namespace saker::outputs {

Output::Output() = default;
Output::~Output() = default;

std::unique_ptr<Spool> Output::release_spool() {
    return nullptr;
}

void Output::adopt_spool(std::unique_ptr<Spool>) {}

}  // namespace saker::outputs

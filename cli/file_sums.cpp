#include "cli/file_sums.h"

#include <fmt/format.h>
#include <openssl/evp.h>

#include <array>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace saker::cli {
namespace fs = std::filesystem;
namespace {

std::string sha256(const std::string& bytes) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned length = 0;
    EVP_Digest(bytes.data(), bytes.size(), digest.data(), &length, EVP_sha256(), nullptr);
    std::string text;
    for (unsigned i = 0; i < length; ++i) {
        text += fmt::format("{:02x}", digest[i]);
    }
    return text;
}

void add_file(const fs::path& path, std::map<std::string, std::string>& sums) {
    std::ifstream file(path, std::ios::binary);
    std::ostringstream text;
    if (file && text << file.rdbuf()) {
        sums[path.string()] = sha256(text.str());
    }
}

}  // namespace

std::map<std::string, std::string> sums_of(const std::vector<std::string>& paths) {
    std::map<std::string, std::string> sums;
    for (const std::string& path : paths) {
        std::error_code failed;
        if (fs::is_regular_file(path, failed)) {
            add_file(path, sums);
            continue;
        }
        for (const fs::directory_entry& entry : fs::directory_iterator(path, failed)) {
            const std::string type = entry.path().extension();
            if ((type == ".yaml" || type == ".yml") && entry.is_regular_file(failed)) {
                add_file(entry.path(), sums);
            }
        }
    }
    return sums;
}

rules::OutputField sums_field(const std::map<std::string, std::string>& sums) {
    std::vector<rules::OutputScalar> all;
    for (const auto& [path, sum] : sums) {
        all.emplace_back(sum + " " + path);
    }
    return {"saker.rules_sha256", std::move(all)};
}

}  // namespace saker::cli

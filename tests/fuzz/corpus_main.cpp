// Feeds files, and every file of folders, to a fuzz target: its corpus as an ordinary test.
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <string>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

namespace {

namespace fs = std::filesystem;

void feed(const fs::path& file) {
    std::ifstream stream(file, std::ios::binary);
    const std::string bytes{std::istreambuf_iterator<char>(stream), {}};
    LLVMFuzzerTestOneInput(reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size());
}

}  // namespace

int main(int argc, char** argv) {
    size_t fed = 0;
    for (const std::string& given : std::vector<std::string>(argv + 1, argv + argc)) {
        if (!fs::is_directory(given)) {
            feed(given);
            ++fed;
            continue;
        }
        for (const auto& entry : fs::recursive_directory_iterator(given)) {
            if (!entry.is_regular_file())
                continue;
            feed(entry.path());
            ++fed;
        }
    }
    std::cout << fed << " inputs\n";
    return fed ? 0 : 1;
}

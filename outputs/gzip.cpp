#include "outputs/gzip.h"

#include <zlib.h>

namespace saker::outputs {

Result<std::string> gzip(std::string_view bytes) {
    static constexpr int kGzipWindow = 15 + 16;  // zlib's way to ask for gzip's header
    static constexpr int kMemoryLevel = 8;
    z_stream stream{};
    if (::deflateInit2(&stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, kGzipWindow, kMemoryLevel,
                       Z_DEFAULT_STRATEGY) != Z_OK) {
        return Error{"gzip: no memory"};
    }
    std::string packed(::deflateBound(&stream, bytes.size()), '\0');
    // zlib does not write to what it reads, whatever its types say.
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
    stream.avail_in = static_cast<uInt>(bytes.size());
    stream.next_out = reinterpret_cast<Bytef*>(packed.data());
    stream.avail_out = static_cast<uInt>(packed.size());
    const int ended = ::deflate(&stream, Z_FINISH);
    packed.resize(stream.total_out);
    ::deflateEnd(&stream);
    if (ended != Z_STREAM_END) {
        return Error{"gzip: cannot compress"};
    }
    return packed;
}

}  // namespace saker::outputs

/// Reads and writes PNG images row by row through libpng, whose error handling by setjmp stays inside this
/// module.
#ifndef CPNG_H
#define CPNG_H

#include <stddef.h>
#include <stdint.h>

/// How a call ended. After anything but `CPNG_OK`, only the error text may be asked for, and the handle
/// destroyed.
typedef enum {
  CPNG_OK = 0,
  /// There are no more rows, and the image is complete up to its last chunk.
  CPNG_END,
  /// The bytes do not begin as a PNG's do.
  CPNG_NOT_PNG,
  /// The file ends before the image does.
  CPNG_TRUNCATED,
  /// The image contradicts the PNG standard: a wrong checksum, wrong compressed data, too little or too much
  /// of it.
  CPNG_DAMAGED,
  /// The header claims more than the limits allow.
  CPNG_TOO_LARGE,
  CPNG_NO_MEMORY,
  /// The file could not be read; the error text is the system's.
  CPNG_UNREADABLE,
} cpng_status;

/// Kinds of chunks and of harmless damage that were met, as bits of `cpng_info.chunks`.
enum {
  CPNG_CHUNK_GAMMA = 1 << 0,
  CPNG_CHUNK_CHROMATICITIES = 1 << 1,
  CPNG_CHUNK_COLOUR_PROFILE = 1 << 2,
  CPNG_CHUNK_SRGB = 1 << 3,
  CPNG_CHUNK_CODING = 1 << 4,
  CPNG_CHUNK_ANIMATION = 1 << 5,
  CPNG_CHUNK_ORIENTATION = 1 << 6,
  CPNG_CHUNK_TRANSPARENCY = 1 << 7,
  CPNG_CHUNK_TEXT = 1 << 8,
  /// The checksum of a chunk that does not matter to the pixels is wrong; the chunk was ignored.
  CPNG_DAMAGED_CHUNK = 1 << 9,
  /// Bytes follow the complete compressed pixels.
  CPNG_EXTRA_DATA = 1 << 10,
};

/// The chunks that say what the stored colours mean, as they are in the file, if they come before the
/// pixels and their checksums are right.
typedef struct {
  uint8_t has_coding;
  uint8_t has_gamma;
  uint8_t has_chromaticities;
  uint8_t has_srgb;
  /// Whether there is a profile that is longer than what is kept.
  uint8_t profile_is_too_long;
  /// cICP: colour primaries, transfer function, matrix coefficients, full range.
  uint8_t coding[4];
  /// gAMA, in 1/100000.
  uint32_t gamma;
  /// cHRM: x and y of white, red, green and blue, in 1/100000.
  uint32_t chromaticities[8];
  /// iCCP: name, zero, compression method, compressed profile; NULL where there is none.
  const uint8_t *profile;
  size_t profile_count;
} cpng_colour;

/// What a reader may spend, checked against the header before anything is decoded.
typedef struct {
  uint32_t side;
  uint64_t pixels;
} cpng_limits;

/// What the chunks before the image data say. `chunks` is complete only after the last row.
typedef struct {
  uint32_t width;
  uint32_t height;
  uint8_t bit_depth;
  /// As in the header: 0 grey, 2 RGB, 3 palette, 4 grey with alpha, 6 RGB with alpha.
  uint8_t colour_type;
  uint8_t interlaced;
  uint32_t chunks;
  /// Bytes up to the end of the image's last chunk, and those that follow it; known after the last row.
  uint64_t png_bytes;
  uint64_t trailing_bytes;
} cpng_info;

/// One row of pixels, 8-bit RGBA without premultiplication, valid until the reader's next call.
///
/// An interlaced image comes as its seven passes' rows, one after another, so that no more than a row is ever
/// held: the row's pixels lie at `x`, `x + x_step`, … of row `y`.
typedef struct {
  uint32_t y;
  uint32_t x;
  uint32_t x_step;
  uint32_t count;
  const uint8_t *rgba;
} cpng_row;

typedef struct cpng_reader cpng_reader;

/// Makes a reader of an open file, from its present offset on; the descriptor stays the caller's. NULL: no
/// memory.
cpng_reader *cpng_reader_create(int descriptor, cpng_limits limits);
void cpng_reader_destroy(cpng_reader *reader);

/// Reads everything before the image data; called once, first.
cpng_status cpng_reader_start(cpng_reader *reader, cpng_info *info);

/// Lends what the chunks before the image data say of the colours; valid once the reader was started and as
/// long as it lives.
const cpng_colour *cpng_reader_colour(const cpng_reader *reader);

/// Reads the next row; `CPNG_END` once after the last, when every chunk has been checked and `info` is
/// complete.
cpng_status cpng_reader_next(cpng_reader *reader, cpng_row *row, cpng_info *info);

/// libpng's words for the last error, or the system's; empty where there was none.
const char *cpng_reader_error(const cpng_reader *reader);

typedef struct cpng_writer cpng_writer;

/// Makes a writer of an 8-bit image with 3 (RGB) or 4 (RGBA) channels into memory. NULL: no memory.
cpng_writer *cpng_writer_create(uint32_t width, uint32_t height, int channels);
void cpng_writer_destroy(cpng_writer *writer);

/// Writes the next row, `width * channels` bytes.
cpng_status cpng_writer_row(cpng_writer *writer, const uint8_t *row);

/// Ends the file and lends its bytes, which stay the writer's.
cpng_status cpng_writer_finish(cpng_writer *writer, const uint8_t **bytes, size_t *count);

/// libpng's words for the last error; empty where there was none.
const char *cpng_writer_error(const cpng_writer *writer);

#endif

#include "CPNG.h"

#include <errno.h>
#include <png.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
  FILE_BUFFER_BYTES = 64 * 1024,
  ERROR_TEXT_BYTES = 160,
  CHUNK_LIMIT_BYTES = 1 << 20,
  CHUNK_LIMIT_COUNT = 256,
  // Compressed bytes that may follow those of the last row before the image counts as damaged.
  EXTRA_DATA_LIMIT_BYTES = 128 * 1024,
  SMALL_CHUNK_BYTES = 32,
};

struct cpng_reader {
  png_structp png;
  png_infop info;
  int descriptor;
  cpng_limits limits;
  cpng_info facts;
  // The first thing that went wrong; every later call repeats it.
  cpng_status status;
  // Why the next longjmp comes, where a callback of ours knows better than libpng's text.
  cpng_status cause;
  char error[ERROR_TEXT_BYTES];
  uint8_t *row;
  cpng_colour colour;
  // The colour chunk that is being read: its data so far, of which a profile's moves to `profile`.
  uint32_t chunk;
  size_t chunk_count;
  uint8_t small[SMALL_CHUNK_BYTES];
  uint8_t *profile;
  size_t profile_capacity;
  // Whether pixels are being read: then libpng's warnings are of damage.
  int reads_pixels;
  // Whether chunks still come before the pixels, where colour chunks count.
  int keeps_colour;
  // Whether the last row is being read, and the compressed bytes read for it.
  int reads_last_row;
  size_t last_row_count;
  // The file's offset at the start, and bytes read since.
  uint64_t start;
  uint64_t buffered_bytes;
  int pass;
  uint32_t pass_row;
  size_t buffer_start;
  size_t buffer_end;
  uint8_t buffer[FILE_BUFFER_BYTES];
};

static void set_error(cpng_reader *reader, const char *text) {
  strncpy(reader->error, text, sizeof reader->error - 1);
  reader->error[sizeof reader->error - 1] = '\0';
}

static void on_error(png_structp png, png_const_charp text) {
  cpng_reader *reader = png_get_error_ptr(png);
  if (reader->cause == CPNG_OK) {
    reader->cause = CPNG_DAMAGED;
    set_error(reader, text);
  }
  png_longjmp(png, 1);
}

static int ends_with(const char *text, const char *end) {
  size_t count = strlen(text), end_count = strlen(end);
  return count >= end_count && strcmp(text + count - end_count, end) == 0;
}

static void discard_chunk(cpng_reader *reader, uint32_t type);

/// Notes the damage that every viewer ignores; other damage of the pixels is an error.
static void on_warning(png_structp png, png_const_charp text) {
  cpng_reader *reader = png_get_error_ptr(png);
  if (ends_with(text, "CRC error")) {
    reader->facts.chunks |= CPNG_DAMAGED_CHUNK;
    discard_chunk(reader, png_get_io_chunk_type(png));
  } else if (
      ends_with(text, "Extra compressed data") || ends_with(text, "Too much image data")
      || ends_with(text, "Too many IDATs found")) {
    reader->facts.chunks |= CPNG_EXTRA_DATA;
  } else if (reader->reads_pixels) {
    png_error(png, text);
  }
}

static png_voidp on_allocate(png_structp png, png_alloc_size_t size) {
  cpng_reader *reader = png_get_mem_ptr(png);
  void *memory = malloc(size);
  if (memory == NULL && reader->cause == CPNG_OK) {
    reader->cause = CPNG_NO_MEMORY;
    set_error(reader, "out of memory");
  }
  return memory;
}

static void on_free(png_structp png, png_voidp memory) {
  (void)png;
  free(memory);
}

/// Fills the empty buffer; sets the cause and returns 0 at the file's end or on an error of the system's.
static int refill(cpng_reader *reader) {
  ssize_t count;
  do {
    count = read(reader->descriptor, reader->buffer, sizeof reader->buffer);
  } while (count < 0 && errno == EINTR);
  reader->buffer_start = 0;
  reader->buffer_end = count > 0 ? (size_t)count : 0;
  reader->buffered_bytes += reader->buffer_end;
  if (count > 0) return 1;
  reader->cause = count == 0 ? CPNG_TRUNCATED : CPNG_UNREADABLE;
  set_error(reader, count == 0 ? "the file ends too early" : strerror(errno));
  return 0;
}

static void note_chunk(cpng_reader *reader, png_uint_32 type) {
  static const struct {
    char name[5];
    uint32_t bit;
  } noted[] = {
      {"gAMA", CPNG_CHUNK_GAMMA},
      {"cHRM", CPNG_CHUNK_CHROMATICITIES},
      {"iCCP", CPNG_CHUNK_COLOUR_PROFILE},
      {"sRGB", CPNG_CHUNK_SRGB},
      {"cICP", CPNG_CHUNK_CODING},
      {"acTL", CPNG_CHUNK_ANIMATION},
      {"eXIf", CPNG_CHUNK_ORIENTATION},
      {"tRNS", CPNG_CHUNK_TRANSPARENCY},
      {"tEXt", CPNG_CHUNK_TEXT},
      {"zTXt", CPNG_CHUNK_TEXT},
      {"iTXt", CPNG_CHUNK_TEXT},
  };
  for (size_t index = 0; index < sizeof noted / sizeof noted[0]; index++) {
    if (png_get_uint_32((png_const_bytep)noted[index].name) == type) reader->facts.chunks |= noted[index].bit;
  }
}

enum {
  TYPE_IDAT = 0x49444154,
  TYPE_CICP = 0x63494350,
  TYPE_ICCP = 0x69434350,
  TYPE_SRGB = 0x73524742,
  TYPE_GAMA = 0x67414d41,
  TYPE_CHRM = 0x6348524d,
};

static int is_colour_chunk(uint32_t type) {
  return type == TYPE_CICP || type == TYPE_ICCP || type == TYPE_SRGB || type == TYPE_GAMA || type == TYPE_CHRM;
}

/// Keeps a piece of a profile; the first of several profiles counts.
static void keep_profile(cpng_reader *reader, const uint8_t *bytes, size_t count) {
  cpng_colour *colour = &reader->colour;
  if (colour->profile != NULL || colour->profile_is_too_long) return;
  size_t needed = reader->chunk_count + count;
  if (needed > CHUNK_LIMIT_BYTES) {
    colour->profile_is_too_long = 1;
    return;
  }
  if (needed > reader->profile_capacity) {
    uint8_t *larger = realloc(reader->profile, needed * 2);
    if (larger == NULL) {
      colour->profile_is_too_long = 1;
      return;
    }
    reader->profile = larger;
    reader->profile_capacity = needed * 2;
  }
  memcpy(reader->profile + reader->chunk_count, bytes, count);
}

/// Keeps a piece of a colour chunk's data.
static void keep_chunk(cpng_reader *reader, uint32_t type, const uint8_t *bytes, size_t count) {
  if (reader->chunk != type) {
    reader->chunk = type;
    reader->chunk_count = 0;
  }
  if (type == TYPE_ICCP) {
    keep_profile(reader, bytes, count);
  } else if (reader->chunk_count + count <= SMALL_CHUNK_BYTES) {
    memcpy(reader->small + reader->chunk_count, bytes, count);
  }
  reader->chunk_count += count;
}

/// Takes the colour chunk whose data has been read; one of another length than the standard's is ignored.
static void take_chunk(cpng_reader *reader, uint32_t type) {
  cpng_colour *colour = &reader->colour;
  size_t count = reader->chunk == type ? reader->chunk_count : 0;
  reader->chunk = 0;
  reader->chunk_count = 0;
  if (type == TYPE_CICP && count == 4) {
    memcpy(colour->coding, reader->small, count);
    colour->has_coding = 1;
  } else if (type == TYPE_SRGB && count == 1) {
    colour->has_srgb = 1;
  } else if (type == TYPE_GAMA && count == 4) {
    colour->gamma = png_get_uint_32(reader->small);
    colour->has_gamma = 1;
  } else if (type == TYPE_CHRM && count == 32) {
    for (int index = 0; index < 8; index++) {
      colour->chromaticities[index] = png_get_uint_32(reader->small + 4 * index);
    }
    colour->has_chromaticities = 1;
  } else if (type == TYPE_ICCP && colour->profile == NULL && !colour->profile_is_too_long) {
    colour->profile = reader->profile;
    colour->profile_count = count;
  }
}

/// Forgets a colour chunk whose checksum turned out to be wrong.
static void discard_chunk(cpng_reader *reader, uint32_t type) {
  cpng_colour *colour = &reader->colour;
  if (!reader->keeps_colour) return;
  if (type == TYPE_CICP) colour->has_coding = 0;
  if (type == TYPE_SRGB) colour->has_srgb = 0;
  if (type == TYPE_GAMA) colour->has_gamma = 0;
  if (type == TYPE_CHRM) colour->has_chromaticities = 0;
  if (type == TYPE_ICCP) {
    colour->profile = NULL;
    colour->profile_count = 0;
  }
}

/// Looks at what libpng reads: the kinds of chunks, and the colour chunks' data.
static void watch(cpng_reader *reader, const uint8_t *bytes, size_t count) {
  png_uint_32 place = png_get_io_state(reader->png) & PNG_IO_MASK_LOC;
  if (place == PNG_IO_SIGNATURE || place == PNG_IO_CHUNK_HDR) return;
  uint32_t type = png_get_io_chunk_type(reader->png);
  int is_colour = reader->keeps_colour && is_colour_chunk(type);
  if (place == PNG_IO_CHUNK_CRC) {
    // A chunk's checksum is read exactly once.
    note_chunk(reader, type);
    if (is_colour) take_chunk(reader, type);
  } else if (is_colour) {
    keep_chunk(reader, type, bytes, count);
  } else if (reader->reads_last_row && type == TYPE_IDAT) {
    reader->last_row_count += count;
    size_t limit = (size_t)png_get_rowbytes(reader->png, reader->info) * 2 + EXTRA_DATA_LIMIT_BYTES;
    if (reader->last_row_count > limit) png_error(reader->png, "too much image data");
  }
}

static void on_read(png_structp png, png_bytep bytes, size_t count) {
  cpng_reader *reader = png_get_io_ptr(png);
  uint8_t *start = bytes;
  size_t whole = count;
  while (count > 0) {
    if (reader->buffer_start == reader->buffer_end && !refill(reader)) png_error(png, reader->error);
    size_t there = reader->buffer_end - reader->buffer_start;
    size_t part = count < there ? count : there;
    memcpy(bytes, reader->buffer + reader->buffer_start, part);
    reader->buffer_start += part;
    bytes += part;
    count -= part;
  }
  watch(reader, start, whole);
}

cpng_reader *cpng_reader_create(int descriptor, cpng_limits limits) {
  cpng_reader *reader = calloc(1, sizeof *reader);
  if (reader == NULL) return NULL;
  reader->descriptor = descriptor;
  reader->limits = limits;
  reader->png = png_create_read_struct_2(
      PNG_LIBPNG_VER_STRING, reader, on_error, on_warning, reader, on_allocate, on_free);
  if (reader->png != NULL) reader->info = png_create_info_struct(reader->png);
  if (reader->info == NULL) {
    cpng_reader_destroy(reader);
    return NULL;
  }
  return reader;
}

void cpng_reader_destroy(cpng_reader *reader) {
  if (reader == NULL) return;
  if (reader->png != NULL) png_destroy_read_struct(&reader->png, &reader->info, NULL);
  free(reader->row);
  free(reader->profile);
  free(reader);
}

const cpng_colour *cpng_reader_colour(const cpng_reader *reader) { return &reader->colour; }

const char *cpng_reader_error(const cpng_reader *reader) { return reader->error; }

static cpng_status fail(cpng_reader *reader, cpng_status status, const char *text) {
  reader->status = status;
  set_error(reader, text);
  return status;
}

/// Ends a call into which libpng has jumped back.
static cpng_status fail_with_cause(cpng_reader *reader) {
  reader->status = reader->cause;
  return reader->status;
}

static void set_limits(cpng_reader *reader) {
  png_structp png = reader->png;
  png_set_user_limits(png, reader->limits.side, reader->limits.side);
  png_set_chunk_malloc_max(png, CHUNK_LIMIT_BYTES);
  png_set_chunk_cache_max(png, CHUNK_LIMIT_COUNT);
  png_set_crc_action(png, PNG_CRC_ERROR_QUIT, PNG_CRC_WARN_DISCARD);
  // Everything but IHDR, PLTE, tRNS, IDAT and IEND is read past in small pieces: neither kept nor unpacked.
  png_set_keep_unknown_chunks(png, PNG_HANDLE_CHUNK_NEVER, NULL, -1);
}

/// Whatever is stored, rows come out as 8-bit RGBA.
static void set_transformations(png_structp png) {
  png_set_expand(png);
  png_set_scale_16(png);
  png_set_gray_to_rgb(png);
  png_set_add_alpha(png, 0xff, PNG_FILLER_AFTER);
}

cpng_status cpng_reader_start(cpng_reader *reader, cpng_info *info) {
  if (reader->status != CPNG_OK) return reader->status;
  png_structp png = reader->png;
  if (setjmp(png_jmpbuf(png))) return fail_with_cause(reader);

  uint8_t signature[8];
  off_t start = lseek(reader->descriptor, 0, SEEK_CUR);
  reader->start = start > 0 ? (uint64_t)start : 0;
  reader->keeps_colour = 1;
  png_set_read_fn(png, reader, on_read);
  set_limits(reader);
  on_read(png, signature, sizeof signature);
  if (png_sig_cmp(signature, 0, sizeof signature) != 0) return fail(reader, CPNG_NOT_PNG, "wrong signature");
  png_set_sig_bytes(png, sizeof signature);
  png_read_info(png, reader->info);

  cpng_info *facts = &reader->facts;
  facts->width = png_get_image_width(png, reader->info);
  facts->height = png_get_image_height(png, reader->info);
  facts->bit_depth = png_get_bit_depth(png, reader->info);
  facts->colour_type = png_get_color_type(png, reader->info);
  facts->interlaced = png_get_interlace_type(png, reader->info) != PNG_INTERLACE_NONE;
  if ((uint64_t)facts->width * facts->height > reader->limits.pixels) {
    return fail(reader, CPNG_TOO_LARGE, "too many pixels");
  }

  set_transformations(png);
  png_read_update_info(png, reader->info);
  if (png_get_rowbytes(png, reader->info) != (size_t)facts->width * 4) {
    return fail(reader, CPNG_DAMAGED, "rows are not RGBA");
  }
  reader->row = malloc((size_t)facts->width * 4);
  if (reader->row == NULL) return fail(reader, CPNG_NO_MEMORY, "out of memory");
  // From here on, what libpng would only warn of (a wrong Adler checksum) is an error, but for spare data.
  png_set_benign_errors(png, 1);
  reader->reads_pixels = 1;
  reader->keeps_colour = 0;
  *info = *facts;
  return CPNG_OK;
}

/// Finds the place of the next row, if there is one more: passes without pixels have no rows.
static int locate(cpng_reader *reader, cpng_row *row) {
  uint32_t width = reader->facts.width, height = reader->facts.height;
  if (!reader->facts.interlaced) {
    *row = (cpng_row){reader->pass_row, 0, 1, width, reader->row};
    return reader->pass_row++ < height;
  }
  for (; reader->pass < PNG_INTERLACE_ADAM7_PASSES; reader->pass++, reader->pass_row = 0) {
    int pass = reader->pass;
    uint32_t columns = PNG_PASS_COLS(width, pass), rows = PNG_PASS_ROWS(height, pass);
    if (columns == 0 || reader->pass_row == rows) continue;
    row->y = PNG_ROW_FROM_PASS_ROW(reader->pass_row, pass);
    row->x = PNG_PASS_START_COL(pass);
    row->x_step = PNG_PASS_COL_OFFSET(pass);
    row->count = columns;
    row->rgba = reader->row;
    reader->pass_row++;
    return 1;
  }
  return 0;
}

/// Tells whether the row that was located last is the image's last one.
static int is_last(const cpng_reader *reader) {
  uint32_t width = reader->facts.width, height = reader->facts.height;
  if (!reader->facts.interlaced) return reader->pass_row == height;
  if (reader->pass_row < PNG_PASS_ROWS(height, reader->pass)) return 0;
  for (int pass = reader->pass + 1; pass < PNG_INTERLACE_ADAM7_PASSES; pass++) {
    if (PNG_PASS_COLS(width, pass) > 0 && PNG_PASS_ROWS(height, pass) > 0) return 0;
  }
  return 1;
}

/// Reads what follows the image data, and measures what follows the last chunk.
static cpng_status read_end(cpng_reader *reader, cpng_info *info) {
  reader->reads_last_row = 0;
  // What comes after the pixels is warned of where it is harmless.
  reader->reads_pixels = 0;
  png_read_end(reader->png, NULL);
  reader->status = CPNG_END;
  uint64_t read = reader->buffered_bytes - (reader->buffer_end - reader->buffer_start);
  struct stat file;
  if (fstat(reader->descriptor, &file) != 0) {
    set_error(reader, strerror(errno));
    reader->status = CPNG_UNREADABLE;
  } else {
    uint64_t end = reader->start + read, size = (uint64_t)file.st_size;
    reader->facts.png_bytes = read;
    reader->facts.trailing_bytes = size > end ? size - end : 0;
  }
  *info = reader->facts;
  return reader->status;
}

cpng_status cpng_reader_next(cpng_reader *reader, cpng_row *row, cpng_info *info) {
  if (reader->status != CPNG_OK) return reader->status;
  if (reader->row == NULL) return fail(reader, CPNG_DAMAGED, "the reader was not started");
  if (setjmp(png_jmpbuf(reader->png))) return fail_with_cause(reader);

  if (!locate(reader, row)) return read_end(reader, info);
  reader->reads_last_row = is_last(reader);
  // Without png_set_interlace_handling an interlaced image's rows come as its passes' sub-images.
  png_read_row(reader->png, reader->row, NULL);
  return CPNG_OK;
}

#include "CPNG.h"

#include <errno.h>
#include <png.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
  FILE_BUFFER_BYTES = 64 * 1024,
  ERROR_TEXT_BYTES = 160,
  CHUNK_LIMIT_BYTES = 1 << 20,
  CHUNK_LIMIT_COUNT = 256,
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

static void on_warning(png_structp png, png_const_charp text) {
  (void)png;
  (void)text;
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
  };
  for (size_t index = 0; index < sizeof noted / sizeof noted[0]; index++) {
    if (png_get_uint_32((png_const_bytep)noted[index].name) == type) reader->facts.chunks |= noted[index].bit;
  }
}

static void on_read(png_structp png, png_bytep bytes, size_t count) {
  cpng_reader *reader = png_get_io_ptr(png);
  // A chunk's name is known from the first read after its header on; its checksum is read exactly once.
  if ((png_get_io_state(png) & PNG_IO_MASK_LOC) == PNG_IO_CHUNK_CRC) {
    note_chunk(reader, png_get_io_chunk_type(png));
  }
  while (count > 0) {
    if (reader->buffer_start == reader->buffer_end && !refill(reader)) png_error(png, reader->error);
    size_t there = reader->buffer_end - reader->buffer_start;
    size_t part = count < there ? count : there;
    memcpy(bytes, reader->buffer + reader->buffer_start, part);
    reader->buffer_start += part;
    bytes += part;
    count -= part;
  }
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
  free(reader);
}

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
  png_set_crc_action(png, PNG_CRC_ERROR_QUIT, PNG_CRC_ERROR_QUIT);
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
  // From here on, what libpng would only warn of (a wrong Adler checksum, data left over) is an error.
  png_set_benign_errors(png, 0);
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

/// Reads what follows the image data, and looks whether anything follows the last chunk.
static cpng_status read_end(cpng_reader *reader, cpng_info *info) {
  png_set_benign_errors(reader->png, 1);
  png_read_end(reader->png, NULL);
  reader->status = CPNG_END;
  if (reader->buffer_start < reader->buffer_end || refill(reader)) {
    reader->facts.trailing_bytes = 1;
  } else if (reader->cause == CPNG_UNREADABLE) {
    reader->status = CPNG_UNREADABLE;
  }
  *info = reader->facts;
  return reader->status;
}

cpng_status cpng_reader_next(cpng_reader *reader, cpng_row *row, cpng_info *info) {
  if (reader->status != CPNG_OK) return reader->status;
  if (reader->row == NULL) return fail(reader, CPNG_DAMAGED, "the reader was not started");
  if (setjmp(png_jmpbuf(reader->png))) return fail_with_cause(reader);

  if (!locate(reader, row)) return read_end(reader, info);
  // Without png_set_interlace_handling an interlaced image's rows come as its passes' sub-images.
  png_read_row(reader->png, reader->row, NULL);
  return CPNG_OK;
}

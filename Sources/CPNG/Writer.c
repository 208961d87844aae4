#include "CPNG.h"

#include <png.h>
#include <stdlib.h>
#include <string.h>

enum { WRITER_ERROR_TEXT_BYTES = 160 };

struct cpng_writer {
  png_structp png;
  png_infop info;
  cpng_status status;
  char error[WRITER_ERROR_TEXT_BYTES];
  uint8_t *bytes;
  size_t count;
  size_t capacity;
};

static void on_error(png_structp png, png_const_charp text) {
  cpng_writer *writer = png_get_error_ptr(png);
  strncpy(writer->error, text, sizeof writer->error - 1);
  if (writer->status == CPNG_OK) writer->status = CPNG_DAMAGED;
  png_longjmp(png, 1);
}

static void on_warning(png_structp png, png_const_charp text) {
  (void)png;
  (void)text;
}

static void on_write(png_structp png, png_bytep bytes, size_t count) {
  cpng_writer *writer = png_get_io_ptr(png);
  if (writer->capacity - writer->count < count) {
    size_t capacity = (writer->count + count) * 2;
    uint8_t *larger = realloc(writer->bytes, capacity);
    if (larger == NULL) {
      writer->status = CPNG_NO_MEMORY;
      png_error(png, "out of memory");
    }
    writer->bytes = larger;
    writer->capacity = capacity;
  }
  memcpy(writer->bytes + writer->count, bytes, count);
  writer->count += count;
}

static void on_flush(png_structp png) { (void)png; }

cpng_writer *cpng_writer_create(uint32_t width, uint32_t height, int channels) {
  cpng_writer *writer = calloc(1, sizeof *writer);
  if (writer == NULL) return NULL;
  writer->png = png_create_write_struct(PNG_LIBPNG_VER_STRING, writer, on_error, on_warning);
  if (writer->png != NULL) writer->info = png_create_info_struct(writer->png);
  if (writer->info == NULL) {
    cpng_writer_destroy(writer);
    return NULL;
  }
  // An error here is kept and comes back from the first row.
  if (setjmp(png_jmpbuf(writer->png))) return writer;
  png_set_write_fn(writer->png, writer, on_write, on_flush);
  int colour_type = channels == 4 ? PNG_COLOR_TYPE_RGB_ALPHA : PNG_COLOR_TYPE_RGB;
  png_set_IHDR(
      writer->png, writer->info, width, height, 8, colour_type, PNG_INTERLACE_NONE,
      PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
  png_write_info(writer->png, writer->info);
  return writer;
}

void cpng_writer_destroy(cpng_writer *writer) {
  if (writer == NULL) return;
  if (writer->png != NULL) png_destroy_write_struct(&writer->png, &writer->info);
  free(writer->bytes);
  free(writer);
}

cpng_status cpng_writer_row(cpng_writer *writer, const uint8_t *row) {
  if (writer->status != CPNG_OK) return writer->status;
  if (setjmp(png_jmpbuf(writer->png))) return writer->status;
  png_write_row(writer->png, row);
  return CPNG_OK;
}

cpng_status cpng_writer_finish(cpng_writer *writer, const uint8_t **bytes, size_t *count) {
  if (writer->status != CPNG_OK) return writer->status;
  if (setjmp(png_jmpbuf(writer->png))) return writer->status;
  png_write_end(writer->png, NULL);
  *bytes = writer->bytes;
  *count = writer->count;
  return CPNG_OK;
}

const char *cpng_writer_error(const cpng_writer *writer) { return writer->error; }

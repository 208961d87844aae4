#include "Conversion.h"

#include <stdlib.h>
#include <string.h>
#include <zlib.h>

enum { PIECE_COLOURS = 256 };

static void on_error(cmsContext context, cmsUInt32Number code, const char *text) {
  (void)context;
  (void)code;
  (void)text;
}

void ccolour_destroy(ccolour_conversion *conversion) {
  if (conversion == NULL) return;
  if (conversion->transform != NULL) cmsDeleteTransform(conversion->transform);
  if (conversion->context != NULL) cmsDeleteContext(conversion->context);
  free(conversion);
}

ccolour_conversion *ccolour_create(void) {
  ccolour_conversion *conversion = calloc(1, sizeof *conversion);
  if (conversion == NULL) return NULL;
  // A context of its own: conversions are made on several threads.
  conversion->context = cmsCreateContext(NULL, NULL);
  if (conversion->context == NULL) {
    free(conversion);
    return NULL;
  }
  cmsSetLogErrorHandlerTHR(conversion->context, on_error);
  return conversion;
}

void ccolour_convert(
    const ccolour_conversion *conversion, const uint16_t *colours, uint8_t *converted, size_t count) {
  if (!conversion->is_grey) {
    cmsDoTransform(conversion->transform, colours, converted, (cmsUInt32Number)count);
    return;
  }
  uint16_t greys[PIECE_COLOURS];
  while (count > 0) {
    size_t piece = count < PIECE_COLOURS ? count : PIECE_COLOURS;
    for (size_t index = 0; index < piece; index++) greys[index] = colours[3 * index];
    cmsDoTransform(conversion->transform, greys, converted, (cmsUInt32Number)piece);
    colours += 3 * piece;
    converted += 3 * piece;
    count -= piece;
  }
}

/// Tells whether a conversion leaves a grid of colours as they are.
static int changes_nothing(const ccolour_conversion *conversion) {
  static const uint8_t steps[] = {0, 12, 51, 102, 153, 204, 255};
  enum { STEPS = sizeof steps };
  for (int place = 0; place < STEPS * STEPS * STEPS; place++) {
    uint8_t stored[3] = {steps[place / STEPS / STEPS], steps[place / STEPS % STEPS], steps[place % STEPS]};
    if (conversion->is_grey && (stored[1] != stored[0] || stored[2] != stored[0])) continue;
    uint16_t wide[3] = {stored[0] * 257, stored[1] * 257, stored[2] * 257};
    uint8_t converted[3];
    ccolour_convert(conversion, wide, converted, 1);
    for (int channel = 0; channel < 3; channel++) {
      if (abs((int)stored[channel] - (int)converted[channel]) > 1) return 0;
    }
  }
  return 1;
}

ccolour_status ccolour_join(
    ccolour_conversion *conversion, cmsHPROFILE profile, ccolour_conversion **made) {
  cmsHPROFILE srgb = cmsCreate_sRGBProfileTHR(conversion->context);
  // Neither optimised nor cached: tables that are made in passing are less exact.
  if (profile != NULL && srgb != NULL) {
    conversion->transform = cmsCreateTransformTHR(
        conversion->context, profile, conversion->is_grey ? TYPE_GRAY_16 : TYPE_RGB_16, srgb, TYPE_RGB_8,
        INTENT_PERCEPTUAL, cmsFLAGS_NOOPTIMIZE | cmsFLAGS_NOCACHE);
  }
  if (profile != NULL) cmsCloseProfile(profile);
  if (srgb != NULL) cmsCloseProfile(srgb);
  ccolour_status status = CCOLOUR_OK;
  if (conversion->transform == NULL) {
    status = CCOLOUR_UNUSABLE;
  } else if (changes_nothing(conversion)) {
    status = CCOLOUR_IS_SRGB;
  }
  if (status == CCOLOUR_OK) {
    *made = conversion;
  } else {
    ccolour_destroy(conversion);
  }
  return status;
}

/// Unpacks a profile, whose first four bytes say how long it is; NULL if it isn't one.
static uint8_t *unpack(const uint8_t *bytes, size_t count, uint32_t *size) {
  const uint8_t *end = count > 0 ? memchr(bytes, 0, count < 80 ? count : 80) : NULL;
  if (end == NULL || (size_t)(end - bytes) + 2 > count || end[1] != 0) return NULL;
  z_stream stream = {0};
  if (inflateInit(&stream) != Z_OK) return NULL;
  uint8_t head[4], *profile = NULL;
  stream.next_in = (Bytef *)(end + 2);
  stream.avail_in = (uInt)(count - (size_t)(end + 2 - bytes));
  stream.next_out = head;
  stream.avail_out = sizeof head;
  inflate(&stream, Z_SYNC_FLUSH);
  if (stream.avail_out == 0) {
    *size = (uint32_t)head[0] << 24 | (uint32_t)head[1] << 16 | (uint32_t)head[2] << 8 | head[3];
    if (*size >= 132 && *size <= CCOLOUR_PROFILE_LIMIT_BYTES) profile = malloc(*size);
  }
  if (profile != NULL) {
    memcpy(profile, head, sizeof head);
    stream.next_out = profile + sizeof head;
    stream.avail_out = *size - (uint32_t)sizeof head;
    inflate(&stream, Z_SYNC_FLUSH);
    if (stream.avail_out != 0) {
      free(profile);
      profile = NULL;
    }
  }
  inflateEnd(&stream);
  return profile;
}

static void describe(cmsHPROFILE profile, char name[CCOLOUR_NAME_BYTES]) {
  cmsGetProfileInfoASCII(profile, cmsInfoDescription, "en", "US", name, CCOLOUR_NAME_BYTES);
  name[CCOLOUR_NAME_BYTES - 1] = '\0';
  for (char *byte = name; *byte != '\0'; byte++) {
    if (*byte < ' ' || *byte > '~') *byte = '?';
  }
}

/// Whether a profile is of a kind that an image can have.
static int fits(cmsHPROFILE profile, int is_grey) {
  cmsColorSpaceSignature space = cmsGetColorSpace(profile), between = cmsGetPCS(profile);
  if (space != cmsSigRgbData && !(is_grey && space == cmsSigGrayData)) return 0;
  if (between != cmsSigXYZData && between != cmsSigLabData) return 0;
  switch (cmsGetDeviceClass(profile)) {
    case cmsSigInputClass:
    case cmsSigDisplayClass:
    case cmsSigOutputClass:
    case cmsSigColorSpaceClass: return 1;
    default: return 0;
  }
}

/// Takes the chains of any number of steps out that a profile may have besides its tables: they could take
/// for ever.
static void drop_chains(cmsHPROFILE profile) {
  static const cmsTagSignature chains[] = {cmsSigDToB0Tag, cmsSigDToB1Tag, cmsSigDToB2Tag, cmsSigDToB3Tag};
  for (size_t index = 0; index < sizeof chains / sizeof chains[0]; index++) {
    if (cmsIsTag(profile, chains[index])) cmsWriteTag(profile, chains[index], NULL);
  }
}

ccolour_status ccolour_from_iccp(
    const uint8_t *bytes, size_t count, int is_grey, ccolour_conversion **made,
    char name[CCOLOUR_NAME_BYTES]) {
  name[0] = '\0';
  ccolour_conversion *conversion = ccolour_create();
  if (conversion == NULL) return CCOLOUR_NO_MEMORY;
  uint32_t size = 0;
  uint8_t *unpacked = unpack(bytes, count, &size);
  cmsHPROFILE profile =
      unpacked == NULL ? NULL : cmsOpenProfileFromMemTHR(conversion->context, unpacked, size);
  free(unpacked);
  if (profile != NULL) {
    describe(profile, name);
    if (fits(profile, is_grey)) {
      conversion->is_grey = cmsGetColorSpace(profile) == cmsSigGrayData;
      drop_chains(profile);
    } else {
      cmsCloseProfile(profile);
      profile = NULL;
    }
  }
  return ccolour_join(conversion, profile, made);
}

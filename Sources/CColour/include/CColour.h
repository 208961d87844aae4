/// Converts an image's stored colours to sRGB through lcms2, by its profile or by what its chunks say.
#ifndef CCOLOUR_H
#define CCOLOUR_H

#include <stddef.h>
#include <stdint.h>

/// How making a conversion ended.
typedef enum {
  CCOLOUR_OK = 0,
  /// The description is damaged, contradicts itself, or is of another kind of image.
  CCOLOUR_UNUSABLE,
  /// It says sRGB, or so nearly that no stored value changes by more than one.
  CCOLOUR_IS_SRGB,
  CCOLOUR_NO_MEMORY,
} ccolour_status;

enum {
  /// The longest profile that is unpacked.
  CCOLOUR_PROFILE_LIMIT_BYTES = 4 << 20,
  CCOLOUR_NAME_BYTES = 80,
};

typedef struct ccolour_conversion ccolour_conversion;

/// Makes a conversion of an iCCP chunk's data. `is_grey` says that the image stores greys: only then may the
/// profile be one of greys. `name` gets the profile's description, printable ASCII, or nothing.
ccolour_status ccolour_from_iccp(
    const uint8_t *bytes, size_t count, int is_grey, ccolour_conversion **conversion,
    char name[CCOLOUR_NAME_BYTES]);

/// Makes a conversion of a cICP chunk's four bytes (ITU-T H.273).
ccolour_status ccolour_from_coding(const uint8_t coding[4], ccolour_conversion **conversion);

/// Makes a conversion of gAMA, if not 0, and cHRM, if not NULL, both in 1/100000; what is missing is sRGB's.
ccolour_status ccolour_from_gamma(
    uint32_t gamma, const uint32_t chromaticities[8], ccolour_conversion **conversion);

void ccolour_destroy(ccolour_conversion *conversion);

/// Converts colours of 3 channels of 16 bits to 3 of 8 bits in sRGB, with perceptual intent.
void ccolour_convert(
    const ccolour_conversion *conversion, const uint16_t *colours, uint8_t *converted, size_t count);

#endif

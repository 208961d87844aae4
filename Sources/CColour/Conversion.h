/// What the two files of this module share.
#ifndef CONVERSION_H
#define CONVERSION_H

#include "CColour.h"

#include <lcms2.h>

struct ccolour_conversion {
  cmsContext context;
  cmsHTRANSFORM transform;
  /// Whether the stored colours are greys, of one channel.
  int is_grey;
};

/// Makes a conversion that still converts nothing; NULL: no memory.
ccolour_conversion *ccolour_create(void);

/// Joins a profile with sRGB, closing it whatever the outcome; NULL is a profile that can't be used. The
/// conversion is destroyed unless it is handed out.
ccolour_status ccolour_join(
    ccolour_conversion *conversion, cmsHPROFILE profile, ccolour_conversion **made);

#endif

#include "Conversion.h"

#include <math.h>
#include <stdlib.h>

enum { CURVE_POINTS = 4096 };

/// x and y of red, green, blue and white.
typedef struct {
  double red[2], green[2], blue[2], white[2];
} primaries;

static const primaries srgb_primaries = {{0.64, 0.33}, {0.30, 0.60}, {0.15, 0.06}, {0.3127, 0.3290}};

static ccolour_status from_parts(
    ccolour_conversion *conversion, const primaries *colours, cmsToneCurve *curve, ccolour_conversion **made) {
  cmsHPROFILE profile = NULL;
  if (curve != NULL) {
    cmsCIExyY white = {colours->white[0], colours->white[1], 1};
    cmsCIExyYTRIPLE triple = {
        {colours->red[0], colours->red[1], 1},
        {colours->green[0], colours->green[1], 1},
        {colours->blue[0], colours->blue[1], 1}};
    cmsToneCurve *curves[3] = {curve, curve, curve};
    profile = cmsCreateRGBProfileTHR(conversion->context, &white, &triple, curves);
    cmsFreeToneCurve(curve);
  }
  return ccolour_join(conversion, profile, made);
}

static cmsToneCurve *srgb_curve(cmsContext context) {
  double parameters[5] = {2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045};
  return cmsBuildParametricToneCurve(context, 4, parameters);
}

/// Whether the four can be colours: none is negative, white has light, and the others span an area.
static int are_plausible(const primaries *colours) {
  const double *all[] = {colours->red, colours->green, colours->blue, colours->white};
  for (int index = 0; index < 4; index++) {
    double x = all[index][0], y = all[index][1];
    if (!(x >= 0 && y >= 0 && x + y <= 1.0001)) return 0;
  }
  if (colours->white[1] < 0.01) return 0;
  double area = (colours->green[0] - colours->red[0]) * (colours->blue[1] - colours->red[1])
      - (colours->blue[0] - colours->red[0]) * (colours->green[1] - colours->red[1]);
  return fabs(area) > 0.001;
}

static int is_near_srgb(const primaries *colours) {
  const double *found[] = {colours->red, colours->green, colours->blue, colours->white};
  const double *wanted[] = {
      srgb_primaries.red, srgb_primaries.green, srgb_primaries.blue, srgb_primaries.white};
  for (int index = 0; index < 4; index++) {
    for (int axis = 0; axis < 2; axis++) {
      if (fabs(found[index][axis] - wanted[index][axis]) > 0.002) return 0;
    }
  }
  return 1;
}

ccolour_status ccolour_from_gamma(
    uint32_t gamma, const uint32_t chromaticities[8], ccolour_conversion **made) {
  primaries colours = srgb_primaries;
  if (chromaticities != NULL) {
    double *order[] = {colours.white, colours.red, colours.green, colours.blue};
    for (int index = 0; index < 8; index++) {
      order[index / 2][index % 2] = chromaticities[index] / 100000.0;
    }
    if (!are_plausible(&colours)) return CCOLOUR_UNUSABLE;
  }
  if (gamma != 0 && (gamma < 5000 || gamma > 1000000)) return CCOLOUR_UNUSABLE;
  // What writes sRGB says 0.45455 for programs that know no curve but a power.
  int is_srgb_curve = gamma == 0 || (is_near_srgb(&colours) && gamma >= 45000 && gamma <= 46000);
  ccolour_conversion *conversion = ccolour_create();
  if (conversion == NULL) return CCOLOUR_NO_MEMORY;
  cmsToneCurve *curve = is_srgb_curve ? srgb_curve(conversion->context)
                                      : cmsBuildGamma(conversion->context, 100000.0 / gamma);
  return from_parts(conversion, &colours, curve, made);
}

/// Primaries by their number in H.273.
static int coded_primaries(uint8_t number, primaries *colours) {
  static const primaries bt470m = {{0.67, 0.33}, {0.21, 0.71}, {0.14, 0.08}, {0.310, 0.316}};
  static const primaries bt470bg = {{0.64, 0.33}, {0.29, 0.60}, {0.15, 0.06}, {0.3127, 0.3290}};
  static const primaries smpte170 = {{0.630, 0.340}, {0.310, 0.595}, {0.155, 0.070}, {0.3127, 0.3290}};
  static const primaries film = {{0.681, 0.319}, {0.243, 0.692}, {0.145, 0.049}, {0.310, 0.316}};
  static const primaries bt2020 = {{0.708, 0.292}, {0.170, 0.797}, {0.131, 0.046}, {0.3127, 0.3290}};
  static const primaries xyz = {{1, 0}, {0, 1}, {0, 0}, {1 / 3.0, 1 / 3.0}};
  static const primaries dci = {{0.680, 0.320}, {0.265, 0.690}, {0.150, 0.060}, {0.314, 0.351}};
  static const primaries p3 = {{0.680, 0.320}, {0.265, 0.690}, {0.150, 0.060}, {0.3127, 0.3290}};
  static const primaries ebu = {{0.630, 0.340}, {0.295, 0.605}, {0.155, 0.077}, {0.3127, 0.3290}};
  const primaries *found = NULL;
  switch (number) {
    case 1: found = &srgb_primaries; break;
    case 4: found = &bt470m; break;
    case 5: found = &bt470bg; break;
    case 6:
    case 7: found = &smpte170; break;
    case 8: found = &film; break;
    case 9: found = &bt2020; break;
    case 10: found = &xyz; break;
    case 11: found = &dci; break;
    case 12: found = &p3; break;
    case 22: found = &ebu; break;
    default: return 0;
  }
  *colours = *found;
  return 1;
}

/// Perceptual quantisation, SMPTE ST 2084, in cd/m²; white on paper is 203 of them (ITU-R BT.2408).
static double quantised_light(double value) {
  double root = pow(value, 1 / 78.84375);
  double above = root - 0.8359375;
  if (above <= 0) return 0;
  return 10000 * pow(above / (18.8515625 - 18.6875 * root), 1 / 0.1593017578125) / 203;
}

/// Hybrid log-gamma, ITU-R BT.2100; white on paper is stored as 0.75.
static double hybrid_light(double value) {
  double scene =
      value <= 0.5 ? value * value / 3 : (exp((value - 0.55991073) / 0.17883277) + 0.28466892) / 12;
  return scene / 0.26496256;
}

/// Linear light of a stored value, 1 being what white is on paper; -1 for a function that isn't known.
static double coded_light(uint8_t number, double value) {
  switch (number) {
    case 1:
    case 6:
    case 14:
    case 15: return value < 0.081 ? value / 4.5 : pow((value + 0.099) / 1.099, 1 / 0.45);
    case 4: return pow(value, 2.2);
    case 5: return pow(value, 2.8);
    case 7: return value < 0.0912 ? value / 4 : pow((value + 0.1115) / 1.1115, 1 / 0.45);
    case 8: return value;
    case 9: return value <= 0 ? 0 : pow(10, (value - 1) * 2);
    case 10: return value <= 0 ? 0 : pow(10, (value - 1) * 2.5);
    case 11:
    case 13: return value <= 0.04045 ? value / 12.92 : pow((value + 0.055) / 1.055, 2.4);
    case 16: return quantised_light(value);
    case 17: return pow(value, 2.6) * 52.37 / 48;
    case 18: return hybrid_light(value);
    default: return -1;
  }
}

ccolour_status ccolour_from_coding(const uint8_t coding[4], ccolour_conversion **made) {
  primaries colours;
  int is_full_range = coding[3] == 1;
  if (!coded_primaries(coding[0], &colours) || coded_light(coding[1], 0.5) < 0 || coding[2] != 0
      || coding[3] > 1) {
    return CCOLOUR_UNUSABLE;
  }
  uint16_t *points = malloc(CURVE_POINTS * sizeof *points);
  ccolour_conversion *conversion = points == NULL ? NULL : ccolour_create();
  if (conversion == NULL) {
    free(points);
    return CCOLOUR_NO_MEMORY;
  }
  for (int index = 0; index < CURVE_POINTS; index++) {
    double value = index / (double)(CURVE_POINTS - 1);
    if (!is_full_range) value = (value * 255 - 16) / 219;
    double light = value <= 0 ? 0 : coded_light(coding[1], value < 1 ? value : 1);
    points[index] = (uint16_t)(light >= 1 ? 65535 : light * 65535 + 0.5);
  }
  cmsToneCurve *curve = is_full_range && coding[1] == 13
      ? srgb_curve(conversion->context)
      : cmsBuildTabulatedToneCurve16(conversion->context, CURVE_POINTS, points);
  free(points);
  return from_parts(conversion, &colours, curve, made);
}

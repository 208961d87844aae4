import CColour
import CPNG

/// Turns an image's stored colours into the sRGB colours that a person sees, by its profile or its colour
/// chunks.
///
/// Precedence is the PNG standard's: cICP, iCCP, sRGB, gAMA and cHRM; without any of them colours are sRGB.
/// A description that can't be used is passed over for the next one.
package final class ColourConversion {
  /// Where the colours come from, such as `profile "Display P3"`.
  package let source: String
  private let handle: OpaquePointer

  private init(source: String, handle: OpaquePointer) {
    self.source = source
    self.handle = handle
  }

  deinit { ccolour_destroy(handle) }

  /// What the chunks of an image say: how to convert its colours, if at all, and whether something of it is
  /// ignored because it is unusable.
  package static func read(
    _ chunks: cpng_colour, isGrey: Bool
  ) -> (conversion: ColourConversion?, ignoresProfile: Bool) {
    var ignores = false
    for attempt in [coding, profile, srgb, gamma] {
      switch attempt(chunks, isGrey) {
      case .absent: continue
      case .unusable: ignores = true
      case .isSRGB: return (nil, ignores)
      case .converts(let conversion): return (conversion, ignores)
      }
    }
    return (nil, ignores)
  }

  private enum Outcome {
    case absent, unusable, isSRGB
    case converts(ColourConversion)
  }

  private static func coding(_ chunks: cpng_colour, _ isGrey: Bool) -> Outcome {
    guard chunks.has_coding != 0 else { return .absent }
    var handle: OpaquePointer?
    let status = withUnsafeBytes(of: chunks.coding) { bytes in
      ccolour_from_coding(bytes.baseAddress?.assumingMemoryBound(to: UInt8.self), &handle)
    }
    let (primaries, transfer, _, _) = chunks.coding
    return outcome(status, handle, source: "coding points (cICP \(primaries), \(transfer))")
  }

  private static func profile(_ chunks: cpng_colour, _ isGrey: Bool) -> Outcome {
    if chunks.profile_is_too_long != 0 { return .unusable }
    guard let bytes = chunks.profile else { return .absent }
    var handle: OpaquePointer?
    var name = [CChar](repeating: 0, count: Int(CCOLOUR_NAME_BYTES))
    let status = ccolour_from_iccp(bytes, chunks.profile_count, isGrey ? 1 : 0, &handle, &name)
    let text = String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    return outcome(status, handle, source: text.isEmpty ? "profile" : "profile \"\(text)\"")
  }

  private static func srgb(_ chunks: cpng_colour, _ isGrey: Bool) -> Outcome {
    chunks.has_srgb != 0 ? .isSRGB : .absent
  }

  private static func gamma(_ chunks: cpng_colour, _ isGrey: Bool) -> Outcome {
    guard chunks.has_gamma != 0 || chunks.has_chromaticities != 0 else { return .absent }
    if chunks.has_gamma != 0 && chunks.gamma == 0 { return .unusable }
    var handle: OpaquePointer?
    let gamma = chunks.has_gamma != 0 ? chunks.gamma : 0
    let status =
      chunks.has_chromaticities == 0
      ? ccolour_from_gamma(gamma, nil, &handle)
      : withUnsafeBytes(of: chunks.chromaticities) { bytes in
        ccolour_from_gamma(gamma, bytes.baseAddress?.assumingMemoryBound(to: UInt32.self), &handle)
      }
    return outcome(status, handle, source: "gamma and chromaticities")
  }

  private static func outcome(
    _ status: ccolour_status, _ handle: OpaquePointer?, source: String
  ) -> Outcome {
    if status == CCOLOUR_IS_SRGB { return .isSRGB }
    guard status == CCOLOUR_OK, let handle else { return .unusable }
    return .converts(ColourConversion(source: source, handle: handle))
  }

  /// Converts the mean of each sum, whose weight stays.
  ///
  /// Converting the few thousand means instead of every pixel costs next to nothing, and is exact where a
  /// colour is flat.
  package func convert(_ sums: [ColourSum]) -> [ColourSum] {
    let stored = sums.flatMap { sum in
      [sum.red, sum.green, sum.blue].map { UInt16(($0 * 257 + sum.weight / 2) / sum.weight) }
    }
    var converted = [UInt8](repeating: 0, count: stored.count)
    ccolour_convert(handle, stored, &converted, sums.count)
    return sums.enumerated().map { index, sum in
      let channels = converted[3 * index..<3 * index + 3].map { UInt64($0) * sum.weight }
      return ColourSum(weight: sum.weight, red: channels[0], green: channels[1], blue: channels[2])
    }
  }
}

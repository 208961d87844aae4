/// Counts an image's colours in a fixed number of bins, with exact integer sums: order and row size do not
/// matter.
///
/// A bin takes the colours that share their upper 5 bits a channel. A pixel weighs its alpha, 0 to 255, so
/// that what cannot be seen does not count. Sums stay below 2^45 for the largest image that is read.
struct ColourHistogram: ~Copyable {
  private static let binCount = 1 << 15
  /// Weight, then weighted red, green and blue, of each bin.
  private let sums: UnsafeMutableBufferPointer<UInt64>

  /// Bytes that a histogram holds.
  static let byteCount = binCount * 4 * MemoryLayout<UInt64>.stride

  init() {
    sums = .allocate(capacity: Self.binCount * 4)
    sums.initialize(repeating: 0)
  }

  deinit { sums.deallocate() }

  /// Adds pixels of 8-bit RGBA; equal neighbours cost one addition.
  func add(_ pixels: Slice<UnsafeBufferPointer<UInt32>>) {
    let pixels = UnsafeBufferPointer(rebasing: pixels)
    let count = pixels.count
    var index = 0
    while index < count {
      let pixel = pixels[index]
      var end = index &+ 1
      while end < count && pixels[end] == pixel { end &+= 1 }
      add(UInt32(littleEndian: pixel), times: UInt64(truncatingIfNeeded: end &- index))
      index = end
    }
  }

  @inline(__always)
  private func add(_ pixel: UInt32, times: UInt64) {
    let weight = UInt64(truncatingIfNeeded: pixel >> 24) &* times
    let red = pixel & 0xff
    let green = pixel >> 8 & 0xff
    let blue = pixel >> 16 & 0xff
    let bin = Int(truncatingIfNeeded: (red >> 3) << 10 | (green >> 3) << 5 | blue >> 3) &* 4
    sums[bin] &+= weight
    sums[bin &+ 1] &+= weight &* UInt64(truncatingIfNeeded: red)
    sums[bin &+ 2] &+= weight &* UInt64(truncatingIfNeeded: green)
    sums[bin &+ 3] &+= weight &* UInt64(truncatingIfNeeded: blue)
  }

  /// The bins that hold anything, by rising red, green and blue.
  var bins: [ColourSum] {
    var bins: [ColourSum] = []
    var index = 0
    while index < Self.binCount * 4 {
      if sums[index] > 0 {
        bins.append(
          ColourSum(weight: sums[index], red: sums[index + 1], green: sums[index + 2], blue: sums[index + 3]))
      }
      index += 4
    }
    return bins
  }
}

/// Some pixels' weight and weighted channels.
struct ColourSum: Hashable, Sendable {
  var weight: UInt64 = 0
  var red: UInt64 = 0
  var green: UInt64 = 0
  var blue: UInt64 = 0

  static func += (left: inout ColourSum, right: ColourSum) {
    left.weight += right.weight
    left.red += right.red
    left.green += right.green
    left.blue += right.blue
  }

  /// The mean of what was added, rounded half up; a precondition is that there is something.
  var mean: RGB {
    precondition(weight > 0, "Nothing has no mean colour.")
    func rounded(_ sum: UInt64) -> UInt8 { UInt8((sum + weight / 2) / weight) }
    return RGB(rounded(red), rounded(green), rounded(blue))
  }
}

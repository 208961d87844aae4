import Core

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// Counts an image's colours in a fixed number of bins, with exact integer sums: order and row size do not
/// matter.
///
/// A bin takes the colours that share their upper 5 bits a channel, those that shine through apart from the
/// others. A pixel weighs its alpha, 0 to 255, so that what cannot be seen does not count. Sums stay below
/// 2^45 for the largest image that is read.
package struct ColourHistogram: ~Copyable {
  /// Pixels of a lower alpha than this shine through: they cover, but nobody would name their colour.
  package static let solidAlpha: UInt32 = 115
  private static let colourCount = 1 << 15
  private static let binCount = 2 * colourCount
  /// Weight, then weighted red, green and blue, of each bin; the solid colours' first.
  private let sums: UnsafeMutablePointer<UInt64>

  /// Bytes that a histogram holds, once every bin was used.
  package static let byteCount = binCount * 4 * MemoryLayout<UInt64>.stride

  package init() {
    // The system hands out zeros that take no memory until they are written to.
    guard let zeros = calloc(Self.binCount * 4, MemoryLayout<UInt64>.stride) else {
      preconditionFailure("There is no memory for an image's colours.")
    }
    sums = zeros.bindMemory(to: UInt64.self, capacity: Self.binCount * 4)
  }

  deinit { free(sums) }

  /// Adds pixels of 8-bit RGBA; equal neighbours cost one addition.
  package func add(_ pixels: Slice<UnsafeBufferPointer<UInt32>>) {
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
    let alpha = pixel >> 24
    let weight = UInt64(truncatingIfNeeded: alpha) &* times
    let red = pixel & 0xff
    let green = pixel >> 8 & 0xff
    let blue = pixel >> 16 & 0xff
    var bin = Int(truncatingIfNeeded: (red >> 3) << 10 | (green >> 3) << 5 | blue >> 3)
    if alpha < Self.solidAlpha { bin &+= Self.colourCount }
    bin &*= 4
    sums[bin] &+= weight
    sums[bin &+ 1] &+= weight &* UInt64(truncatingIfNeeded: red)
    sums[bin &+ 2] &+= weight &* UInt64(truncatingIfNeeded: green)
    sums[bin &+ 3] &+= weight &* UInt64(truncatingIfNeeded: blue)
  }

  /// Adds what another holds.
  package func add(_ other: borrowing ColourHistogram) {
    for index in 0..<Self.binCount * 4 where other.sums[index] != 0 { sums[index] &+= other.sums[index] }
  }

  /// Takes away what another holds; all of it must have been added.
  package func subtract(_ other: borrowing ColourHistogram) {
    for index in 0..<Self.binCount * 4 where other.sums[index] != 0 { sums[index] &-= other.sums[index] }
  }

  /// Everything that is seen, by rising red, green and blue.
  package var bins: [ColourSum] {
    (0..<Self.colourCount).compactMap { index in
      var bin = bin(index)
      bin += self.bin(index + Self.colourCount)
      return bin.weight > 0 ? bin : nil
    }
  }

  /// What does not shine through, in the same order.
  package var solidBins: [ColourSum] {
    (0..<Self.colourCount).compactMap { index in
      let bin = bin(index)
      return bin.weight > 0 ? bin : nil
    }
  }

  private func bin(_ index: Int) -> ColourSum {
    let index = index * 4
    return ColourSum(
      weight: sums[index], red: sums[index + 1], green: sums[index + 2], blue: sums[index + 3])
  }
}

/// Some pixels' weight and weighted channels.
package struct ColourSum: Hashable, Sendable {
  package var weight: UInt64 = 0
  package var red: UInt64 = 0
  package var green: UInt64 = 0
  package var blue: UInt64 = 0

  package static func += (left: inout ColourSum, right: ColourSum) {
    left.weight += right.weight
    left.red += right.red
    left.green += right.green
    left.blue += right.blue
  }

  /// The mean of what was added, rounded half up; a precondition is that there is something.
  package var mean: RGB {
    precondition(weight > 0, "Nothing has no mean colour.")
    func rounded(_ sum: UInt64) -> UInt8 { UInt8((sum + weight / 2) / weight) }
    return RGB(rounded(red), rounded(green), rounded(blue))
  }
}

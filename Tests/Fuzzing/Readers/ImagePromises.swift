import Core
import ImageAnalysis
import Runner

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// An image is refused with a code, or measured the same each time; with its checksums as they are, and with
/// those that belong there, for no mutation hits a checksum.
enum ImagePromises {
  private static let codes: Set<String> = [
    "image_empty", "image_not_png", "image_truncated", "image_damaged", "image_too_large",
    "image_trailing_data",
  ]

  static func check(_ bytes: [UInt8]) throws(BrokenPromise) {
    try measure(bytes)
    let mended = PNGChecksums.mending(bytes)
    if mended != bytes { try measure(mended) }
  }

  private static func measure(_ bytes: [UInt8]) throws(BrokenPromise) {
    guard let path = ScratchFile.shared.fill(bytes) else { throw BrokenPromise("no file could be written") }
    let first = outcome(path)
    switch first {
    case .failure(let fault):
      try promise(codes.contains(fault.code), "the image was refused with \(fault.code)")
      try promise(fault.exit == .someFailed, "\(fault.code) exits with \(fault.exit)")
    case .success(let measures):
      let facts = try? ImageValidator.validate(path: path)
      try promise(facts == measures.facts, "validating and measuring see different images")
      let zones = measures.zones
      for coverage in [zones.upperLeft, zones.upperRight, zones.central, zones.lowerLeft, zones.lowerRight] {
        try promise((0...1).contains(coverage), "a coverage is \(coverage)")
      }
      try promise((0...1).contains(measures.transparency), "the transparency is \(measures.transparency)")
      try promise(
        !measures.primary.isEmpty || measures.isBackgroundTransparent, "there is no primary colour")
    }
    try promise(first == outcome(path), "the second reading found something else")
  }

  private static func outcome(_ path: String) -> Result<ImageMeasures, Fault> {
    do {
      return .success(try ImageAnalyser.analyse(path: path, named: "fuzz.png"))
    } catch {
      return .failure(error)
    }
  }
}

/// One file for all inputs of a process, in memory where the system has such a folder.
private struct ScratchFile {
  static let shared = ScratchFile()
  private let path: String

  private init() {
    let folder = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp"
    path = "\(folder)/ledgerctl-fuzz-\(getpid()).png"
    atexit { unlink(ScratchFile.shared.path) }
  }

  /// Writes the bytes, and nothing else, and returns where.
  func fill(_ bytes: [UInt8]) -> String? {
    let file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
    guard file >= 0 else { return nil }
    defer { close(file) }
    return write(file, bytes, bytes.count) == bytes.count ? path : nil
  }
}

import BatchModel
import Extractors
import GitRepository
import ImageAnalysis

/// How many stages may run at once in the memory there is. Pure: the same numbers give the same answer.
struct MemoryFit: Hashable, Sendable {
  /// Bytes that are available.
  var availableBytes: Int64
  /// Bytes that work on each unfinished asset takes at most.
  var needsBytes: [Int64]

  /// Left alone for the rest of the process and for git.
  static let reserveBytes: Int64 = 64 << 20

  /// As many of the wanted as fit even if the largest images meet; one at least, which may then still fail by itself.
  func jobs(wanted: Int) -> Int {
    var left = availableBytes - Self.reserveBytes
    var fitting = 0
    for need in needsBytes.sorted(by: >) {
      left -= need
      guard left >= 0 else { return max(1, min(wanted, fitting)) }
      fitting += 1
    }
    return wanted
  }

  /// What to tell the user; nil where everything fits.
  func note(wanted: Int) -> String? {
    let jobs = jobs(wanted: wanted)
    guard jobs < wanted, let most = needsBytes.max() else { return nil }
    return "Stages running at once: \(jobs) instead of \(wanted), as an asset takes up to "
      + "\(most >> 20) MB and \(max(0, availableBytes) >> 20) MB of memory is available."
  }
}

extension StageWork {
  /// Measures the images that are still to be worked on by their headers, and what there is for them.
  func memoryFit(_ state: BatchState) -> MemoryFit {
    MemoryFit(
      availableBytes: surroundings.availableMemoryBytes(),
      needsBytes: state.assets.filter { !$0.isPackaged }.map(memoryNeedBytes))
  }

  /// Bytes that an image takes while it is decoded, or while an outside program is handed all of it as text.
  private func memoryNeedBytes(_ asset: AssetState) -> Int64 {
    // What is not a PNG ends when it is validated, and takes nothing.
    let header = try? PNGHeader(path: objects.path(of: asset.image.digest), named: asset.id.text)
    let decoding = Int64(header?.workingBytes ?? 0)
    guard sendsBytes else { return decoding }
    // The bytes, their base64 text, and the message that carries it.
    return max(decoding, Int64(asset.image.sizeBytes) * 5)
  }

  private var sendsBytes: Bool {
    let settings = configuration.extractor
    guard settings.kind == .mcp else { return false }
    let template = try? ArgumentTemplate(settings.arguments, batch: settings.batch)
    return template?.words.contains(.base64) ?? false
  }
}

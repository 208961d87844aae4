import Core
import GitRepository
import Runner

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// A manifest is refused with a place, or means the same whenever it is written and read again.
enum ManifestPromises {
  private static let directory = "/fuzz"
  private static let mostFaults = 150

  static func check(_ bytes: [UInt8]) throws(BrokenPromise) {
    let manifest: Manifest
    do {
      manifest = try read(bytes)
    } catch {
      return try checkRefusal(error, of: bytes)
    }
    let draft = ManifestDraft(
      batchID: manifest.batchID.text,
      assets: manifest.assets.map {
        ManifestDraft.Asset(id: $0.id.text, path: $0.path, score: $0.score, specs: $0.specs, idf: $0.idf)
      })
    let again = try? read(Array(draft.text.utf8))
    try promise(again == manifest, "written and read again, the manifest is another one")
    try promise(again?.digest == manifest.digest, "written and read again, the digest is another one")
    let stored = try? JSONDecoder().decode(Manifest.self, from: JSONEncoder().encode(manifest))
    try promise(stored == manifest, "stored and read again, the manifest is another one")
  }

  private static func read(_ bytes: [UInt8]) throws(Faults) -> Manifest {
    try Manifest.read(
      ManifestFile(bytes: bytes, path: "batch.json", directory: directory), under: Configuration())
  }

  private static func checkRefusal(_ faults: Faults, of bytes: [UInt8]) throws(BrokenPromise) {
    try promise(!faults.all.isEmpty, "the manifest was refused without a message")
    try promise(faults.all.count <= mostFaults, "\(faults.all.count) faults were listed")
    let lines = bytes.count { $0 == UInt8(ascii: "\n") } + 1
    for fault in faults.all {
      try promise(fault.exit == .manifestRefused, "\(fault.code) exits with \(fault.exit)")
      guard let line = fault.line, let column = fault.column else {
        throw BrokenPromise("\(fault.code) has no place")
      }
      try promise((1...lines).contains(line) && column >= 1, "\(fault.code) is at \(line):\(column)")
      try promise(fault.message.utf8.count < 4000, "\(fault.code) says \(fault.message.utf8.count) bytes")
    }
  }
}

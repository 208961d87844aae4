import BatchModel
import Core
import StrictJSON

/// What an asset's bundle consists of: every target with its bytes' digest and size. The output of `package`.
package struct BundleManifest: Hashable, Sendable {
  package static let schema = "ledgerctl/bundle/v1"

  package struct Entry: Hashable, Sendable {
    /// Relative to the project root.
    package var path: String
    package var digest: Digest
    package var sizeBytes: Int64

    package init(path: String, digest: Digest, sizeBytes: Int64) {
      self.path = path
      self.digest = digest
      self.sizeBytes = sizeBytes
    }
  }

  /// In the order of the paths' bytes.
  package let entries: [Entry]

  package init(entries: [Entry]) {
    self.entries = entries.sorted { $0.path.utf8.lexicographicallyPrecedes($1.path.utf8) }
  }

  /// Names the rendered documents and the image at their targets.
  package init(
    targets: BundleTargets, documents: RenderedBundle, image: Digest, imageSizeBytes: Int64
  ) {
    let rendered = targets.documents.compactMap { name, path in
      documents[name].map { Entry(path: path, digest: .sha256($0), sizeBytes: Int64($0.count)) }
    }
    self.init(
      entries: rendered + [Entry(path: targets.production, digest: image, sizeBytes: imageSizeBytes)])
  }

  /// The manifest as canonical JSON; its digest is the bundle's.
  package var bytes: [UInt8] {
    JSONWriter.canonical([
      "schema": .string(Self.schema),
      "files": .array(
        entries.map {
          ["path": .string($0.path), "sha256": .string($0.digest.hex), "size": JSONValue($0.sizeBytes)]
        }),
    ])
  }

  /// Reads what `bytes` wrote; nil for anything else.
  package init?(bytes: [UInt8]) {
    guard let value = try? JSONReader.value(of: bytes), value["schema"]?.string == Self.schema,
      let files = value["files"]?.array
    else { return nil }
    var entries: [Entry] = []
    for file in files {
      guard let path = file["path"]?.string, let digest = file["sha256"]?.string.flatMap({ Digest(hex: $0) }),
        case .number(let size) = file["size"], let sizeBytes = Int64(size), sizeBytes >= 0
      else { return nil }
      entries.append(Entry(path: path, digest: digest, sizeBytes: sizeBytes))
    }
    self.init(entries: entries)
  }
}

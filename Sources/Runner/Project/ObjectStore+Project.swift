import BatchModel
import Core
import FileStore

extension FileObjectStore {
  /// Opens the objects of a project whose ledger folder is there; makes nothing.
  package init(_ layout: ProjectLayout, largestPinBytes: Int = 1 << 31) throws(Fault) {
    try layout.refuseLinks()
    try self.init(inLedger: layout.ledgerFolder, largestPinBytes: largestPinBytes)
  }
}

extension ImageRule {
  package init(_ policy: Configuration.Policy, beneath: [String]? = nil) {
    self.init(beneath: beneath, maxBytes: policy.maxBytes, stripsMetadata: policy.stripMetadata)
  }
}

extension PinnedFile {
  /// Refuses another file than the one that the manifest's score was given for; nil takes any.
  func check(against expected: Digest?, of asset: AssetID, at path: String) throws(Fault) {
    guard let expected, expected != source else { return }
    throw .manifestOtherImage(path, expected: expected, found: source, asset: asset)
  }
}

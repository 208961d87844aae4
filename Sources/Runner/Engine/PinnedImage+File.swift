import BatchModel
import Core
import FileStore

extension PinnedImage {
  init(_ file: PinnedFile, of asset: AssetID) {
    self.init(
      asset: asset, digest: file.id, sizeBytes: file.sizeBytes, foreign: file.foreign, original: file.original
    )
  }
}

import AssetBundle
import BatchModel
import Core

enum PackageStage {
  static let outputName = "bundle.json"
}

extension StageWork {
  /// Writes down what the finished bundle consists of: every target with its digest.
  func package(
    _ asset: AssetState, _ key: StageKey, started: Moment
  ) async throws(Fault) -> StageOutcome {
    let manifest = try bundleManifest(of: asset)
    let bytes = manifest.bytes
    let digest = try await objects.put(bytes)
    let output = StageOutput(name: PackageStage.outputName, digest: digest, sizeBytes: bytes.count)
    return .completed(
      StageCompletion(
        how: .executed, key: key, outputs: [output], durationMs: elapsedMs(since: started)),
      package: AssetPackage(bundle: digest))
  }

  /// The bundle of an asset whose files are rendered.
  func bundleManifest(of asset: AssetState) throws(Fault) -> BundleManifest {
    let targets = brief(of: asset.id).targets
    let rendered = asset[.render].completion
    var entries: [BundleManifest.Entry] = []
    for (name, path) in targets.documents {
      guard let output = rendered?.output(name) else {
        preconditionFailure("package is planned after render.")
      }
      entries.append(.init(path: path, digest: output.digest, sizeBytes: Int64(output.sizeBytes)))
    }
    entries.append(
      .init(
        path: targets.production, digest: asset.image.digest, sizeBytes: Int64(asset.image.sizeBytes)))
    return BundleManifest(entries: entries)
  }
}

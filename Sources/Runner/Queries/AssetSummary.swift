import BatchModel
import GitRepository

// What results and screens say of an asset besides its state.
extension BatchState {
  /// The asset's name; its id where the manifest gives none and no path leads to one.
  public func name(of asset: AssetID) -> String {
    guard let registration, let entry = registration.manifest.asset(asset),
      let brief = try? AssetBrief(entry, in: registration.configuration)
    else { return asset.text }
    return brief.name
  }

  /// The image's path as the manifest has it.
  public func path(of asset: AssetID) -> String? { registration?.manifest.asset(asset)?.path }

  /// Paths of the asset's files in the working tree, relative to the project's root; none before they are placed.
  public func files(of asset: AssetID) -> [String] {
    guard let placement else { return [] }
    return placement.targets.filter { $0.asset == asset && $0.digest != nil }.map(\.path).sorted()
  }

  /// Images that placing has copied.
  public var imagesCopied: Int {
    placement?.targets.count { $0.role == .image && ($0.found == .absent || $0.found == .replaced) } ?? 0
  }

  /// What there is to say about the images and the extractor's answers, each once, with the assets it is about.
  public var extractionNotes: [(text: String, assets: [AssetID])] {
    var notes: [(text: String, assets: [AssetID])] = []
    for asset in assets {
      let completions = [asset[.extract].completion, asset[.render].completion]
      for text in completions.flatMap({ $0?.notes ?? [] }) {
        if let index = notes.firstIndex(where: { $0.text == text }) {
          if !notes[index].assets.contains(asset.id) { notes[index].assets.append(asset.id) }
        } else {
          notes.append((text, [asset.id]))
        }
      }
    }
    return notes
  }
}

extension AssetState {
  /// Time that its stages took, without what was reused.
  public var executedMs: Int64 {
    stages.reduce(0) { sum, stage in
      switch stage.progress {
      case .completed(let completion) where completion.how == .executed: sum + completion.durationMs
      case .failed(let failure): sum + failure.durationMs
      default: sum
      }
    }
  }
}

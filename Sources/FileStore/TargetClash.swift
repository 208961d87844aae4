import Files

/// Two targets of one batch that can't both exist everywhere.
package struct TargetClash: Hashable, Sendable {
  /// How two targets get into each other's way; the raw value is part of a sentence.
  package enum Kind: String, Hashable, Sendable {
    case sameFile = "both are the same file where case and accents don't count"
    case fileIsFolder = "one is a folder that the other lies in"
    case folderSpeltTwice = "a folder on the way is spelt in two ways"
  }

  package var one: TargetPath
  package var other: TargetPath
  package var kind: Kind

  package init(one: TargetPath, other: TargetPath, kind: Kind) {
    self.one = one
    self.other = other
    self.kind = kind
  }

  /// Finds every target that clashes with an earlier one of the list, in the list's order; at most one clash
  /// each.
  package static func all(among targets: [TargetPath]) -> [TargetClash] {
    var files: [String: TargetPath] = [:]
    var folders: [String: (spelling: String, target: TargetPath)] = [:]
    var clashes: [TargetClash] = []
    for target in targets {
      let name = TargetPath.folded(target.text)
      if let clash = clash(of: target, name, files, folders) { clashes.append(clash) }
      files[name] = files[name] ?? target
      for folder in target.folders {
        let name = TargetPath.folded(folder)
        folders[name] = folders[name] ?? (folder, target)
      }
    }
    return clashes
  }

  private static func clash(
    of target: TargetPath, _ name: String, _ files: [String: TargetPath],
    _ folders: [String: (spelling: String, target: TargetPath)]
  ) -> TargetClash? {
    if let earlier = files[name] { return TargetClash(one: earlier, other: target, kind: .sameFile) }
    if let earlier = folders[name] {
      return TargetClash(one: earlier.target, other: target, kind: .fileIsFolder)
    }
    for folder in target.folders {
      let name = TargetPath.folded(folder)
      if let earlier = files[name] { return TargetClash(one: earlier, other: target, kind: .fileIsFolder) }
      if let earlier = folders[name], earlier.spelling != folder {
        return TargetClash(one: earlier.target, other: target, kind: .folderSpeltTwice)
      }
    }
    return nil
  }
}

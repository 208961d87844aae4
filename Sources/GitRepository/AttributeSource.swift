import Core
import Files

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Which of the files that give attributes decides about a path: a hint has to name one in which a change counts.
extension GitRepository {
  package func attributeSource(
    _ attribute: TargetAttribute, of path: String, at commit: GitID?
  ) throws(Fault) -> String? {
    let scratch = try temporaryFolder()
    // What is made there: a few empty folders, and the files of a new repository.
    defer {
      for name in ["info/attributes", "HEAD", "config"] { unlink("\(scratch)/\(name)") }
      for name in ["info", "objects/info", "objects/pack", "objects", "refs/heads", "refs/tags", "refs"] {
        rmdir("\(scratch)/\(name)")
      }
      rmdir(scratch)
    }
    let variables = ["GIT_DIR": scratch]
    _ = try git.run(["init", "-q", "--bare", "--template=", scratch], .init(guise: .elsewhere))
    mkdir("\(scratch)/info", 0o700)
    for rules in try ruleFiles(for: path, at: commit) {
      // Git itself reads the rules, as the only ones of a repository of their own.
      guard WholeFile.write(rules.bytes, to: "\(scratch)/info/attributes") else { return nil }
      let inFolder = String(path.dropFirst(rules.folder.count))
      let said = try git.run(
        ["check-attr", "-z", "--stdin"] + attribute.names,
        .init(
          input: nulTerminated([inFolder]), variables: variables,
          settings: [("core.attributesFile", "/dev/null")], guise: .elsewhere)
      ).fields
      for index in stride(from: 2, to: said.count, by: 3) where said[index] != "unspecified" {
        return rules.name
      }
    }
    return nil
  }

  /// Rules that may speak of a path, those that count most first.
  private func ruleFiles(
    for path: String, at commit: GitID?
  ) throws(Fault) -> [(name: String, folder: String, bytes: [UInt8])] {
    var files: [(name: String, folder: String, bytes: [UInt8])] = []
    let info = "\(layout.commonFolder)/info/attributes"
    if let bytes = WholeFile.read(info) {
      let isUsual = layout.commonFolder == "\(layout.topLevel)/.git"
      files.append((isUsual ? ".git/info/attributes" : info, "", bytes))
    }
    let folders = ([""] + Self.folders(above: path).map { "\($0)/" }).reversed()
    let entries = try commit.map { commit throws(Fault) in
      try self.entries(at: commit, folders.map { "\($0).gitattributes" })
    }
    let blobs = try blobs(entries?.values.map(\.id) ?? [], limitBytes: 1 << 20)
    for folder in folders {
      let name = "\(folder).gitattributes"
      let bytes =
        if let entries {
          entries[name].flatMap { blobs[$0.id] }
        } else { WholeFile.read("\(layout.topLevel)/\(name)") }
      if let bytes { files.append((name, folder, bytes)) }
    }
    let home = environment["HOME"] ?? ""
    let configured = settings["core.attributesfile"].map { $0.hasPrefix("~/") ? home + $0.dropFirst() : $0 }
    let global = configured ?? "\(environment["XDG_CONFIG_HOME"] ?? "\(home)/.config")/git/attributes"
    if let bytes = WholeFile.read(global) { files.append((global, "", bytes)) }
    return files
  }
}

extension TargetAttribute {
  /// The attributes whose rules decide about this one.
  fileprivate var names: [String] {
    switch self {
    case .filter, .lfs, .lfsExtension: ["filter"]
    case .ident: ["ident"]
    case .encoding: ["working-tree-encoding"]
    case .text: ["text", "eol", "crlf"]
    }
  }
}

extension GitRepository {
  package func children(of folder: String, at commit: GitID) throws(Fault) -> [String] {
    if let known = trees.children(of: folder, at: commit) { return known }
    let tree = folder.isEmpty || folder == "/" ? commit.text : "\(commit):\(folder)"
    // 128: no such folder at that commit.
    let result = try git.run(
      ["ls-tree", "-z", "--name-only", "--full-tree", tree], .init(answers: [0, 128]))
    return result.succeeded ? result.fields : []
  }
}

import Core
import Files

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// What `.gitattributes` say of targets.
extension GitRepository {
  package func attributes(
    of paths: [String], at commit: GitID?
  ) throws(Fault) -> [String: [TargetAttribute]] {
    guard let commit else { return try attributes(of: paths, [], .init()) }
    // git of today's distributions reads attributes from the working tree or from an index: so one is made that
    // holds nothing but the commit's own rules.
    let index = try temporaryFolder() + "/index"
    defer {
      unlink(index)
      rmdir(ProjectPath.parent(of: index))
    }
    let options = GitProgram.Options(
      variables: ["GIT_INDEX_FILE": index], settings: [("core.splitIndex", "false")])
    let folders = Set(paths.flatMap { [""] + Self.folders(above: $0).map { "\($0)/" } })
    let rules = try entries(at: commit, folders.map { "\($0).gitattributes" }.sorted())
    var writing = options
    writing.input = nulTerminated(
      rules.filter { $0.value.mode.hasPrefix("100") }.map { "\($0.value.mode) \($0.value.id)\t\($0.key)" })
    _ = try git.run(["update-index", "-z", "--index-info"], writing)
    return try attributes(of: paths, ["--cached"], options)
  }

  private func attributes(
    of paths: [String], _ words: [String], _ options: GitProgram.Options
  ) throws(Fault) -> [String: [TargetAttribute]] {
    var options = options
    options.input = nulTerminated(paths)
    let names = ["filter", "ident", "working-tree-encoding", "text", "eol", "crlf"]
    let fields = try git.run(["check-attr", "-z", "--stdin"] + words + names, options).fields
    var values: [String: [String: String]] = [:]
    // Path, attribute, value, and so on.
    for index in stride(from: 0, to: fields.count - 2, by: 3)
    where fields[index + 2] != "unspecified" {
      values[fields[index], default: [:]][fields[index + 1]] = fields[index + 2]
    }
    return values.compactMapValues { values in
      let found = attributes(values)
      return found.isEmpty ? nil : found
    }
  }

  private func attributes(_ values: [String: String]) -> [TargetAttribute] {
    var found: [TargetAttribute] = []
    let filter = values["filter"].flatMap { $0 == "unset" ? nil : $0 }
    if let filter {
      if filter != "lfs" {
        found.append(.filter(filter))
      } else if let name = settings.lfsExtensions.first {
        found.append(.lfsExtension(name))
      } else {
        found.append(.lfs)
      }
    }
    if let encoding = values["working-tree-encoding"], encoding != "unset" {
      found.append(.encoding(encoding))
    }
    // What comes after the filter meets a pointer, which neither of these changes.
    if filter == "lfs" { return found }
    if let ident = values["ident"], ident != "unset" { found.append(.ident) }
    // `auto` leaves a file alone that has CR LF at the tip already; `eol` means text where `text` says
    // nothing.
    let isText =
      switch values["text"] ?? values["crlf"] {
      case "auto", "unset": false
      case nil: values["eol"] != nil && values["eol"] != "unset"
      default: true
      }
    if isText { found.append(.text) }
    return found
  }

  package func temporaryFolder() throws(Fault) -> String {
    let path = "\(environment["TMPDIR"] ?? "/tmp")/ledgerctl-XXXXXX"
    var template = Array(path.utf8CString)
    guard mkdtemp(&template) != nil else { throw .gitFileUnwritable(path) }
    return String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
}

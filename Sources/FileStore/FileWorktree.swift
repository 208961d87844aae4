import Core
import Files

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// A working tree on disk, reached through folders that are opened one component at a time.
///
/// The root is opened once. Every folder on the way to a target is opened in the one before it with
/// O_NOFOLLOW, and the target is dealt with through the last one's handle: a link that is put in the way at
/// any moment is refused, and nothing it points to is touched.
package struct FileWorktree: Worktree {
  /// What the names of all our temporary files in a working tree begin with.
  package static let temporaryPrefix = ".ledgerctl-"

  /// How a file is replaced by another without ever losing bytes that somebody else put there.
  package enum Replacing: Sendable {
    /// Swaps both in one step; continues with `stepAside` where the file system can't.
    case exchange
    /// Renames the old file first; for a moment the target is absent.
    case stepAside
  }

  package let rootPath: String
  package let root: OpenFile
  /// Begins the names of this batch's temporary files.
  package let ownPrefix: String
  /// The same as an older version had it; nil where that left none.
  package let olderPrefix: String?
  package let replacing: Replacing
  /// Folders on the way to targets whose names are on disk for sure.
  package let settled = SettledFolders()

  /// Opens a project root.
  ///
  /// - Parameter token: the same for every run and for the cancelling of a batch, and for no other batch: it
  ///   says which temporary files are this batch's own.
  package init(root: String, token: PrivateToken) throws(Fault) {
    try self.init(root: root, token: token, replacing: .exchange)
  }

  package init(root: String, token: PrivateToken, replacing: Replacing) throws(Fault) {
    rootPath = root
    ownPrefix = Self.prefix(token.text)
    olderPrefix = token.older.map(Self.prefix)
    self.replacing = replacing
    do throws(FileError) {
      self.root = try OpenFile.open(root, O_RDONLY | O_DIRECTORY)
    } catch {
      throw .file("open", root, error)
    }
  }

  private static func prefix(_ token: String) -> String {
    temporaryPrefix + Digest.sha256(token.utf8).hex.prefix(16)
  }

  package func inspect(_ target: TargetPath) throws(Fault) -> TargetState {
    do throws(FileError) {
      var folder = root
      for (index, component) in target.components.enumerated() {
        if let clash = try caseClash(of: component, in: folder) {
          return .caseClash(path(target, upTo: index, clash))
        }
        if index == target.components.count - 1 { break }
        switch try step(into: component, of: folder) {
        case .opened(let next): folder = next
        case .missing: return .absent
        case .blocked(let kind): return blocked(target, index, kind)
        }
      }
      return try state(of: target.name, in: folder)
    } catch {
      throw .target("look at", target.text, error)
    }
  }

  package func missingFolders(_ target: TargetPath) throws(Fault) -> [String] {
    let reached: Reach
    do throws(FileError) {
      reached = try reach(target)
    } catch {
      throw .target("look at", target.text, error)
    }
    switch reached {
    case .folder: return []
    case .missing(let index): return Array(target.folders[index...])
    case .blocked(let state): throw .targetInTheWay(target, state, expected: "a free place")
    }
  }

  package func removeEmptyFolders(_ folders: [String]) throws(Fault) -> [String] {
    var removed = [String]()
    let innermostFirst = folders.sorted { $0.utf8.count > $1.utf8.count }
    for path in innermostFirst {
      let folder: TargetPath
      do throws(TargetPath.Problem) {
        folder = try TargetPath(path)
      } catch {
        throw .targetRefused(path, error)
      }
      do throws(FileError) {
        guard case .folder(let outer) = try reach(folder) else { continue }
        try outer.removeFolder(folder.name)
        try outer.sync()
        removed.append(path)
      } catch {
        switch error.number {
        case ENOTEMPTY, EEXIST, ENOENT, ENOTDIR: continue
        default: throw .target("remove", path, error)
        }
      }
    }
    return removed
  }

  package func sweepTemporary(around targets: [TargetPath]) throws(Fault) -> [String] {
    var removed: Set<String> = []
    for target in targets {
      do throws(FileError) {
        guard case .folder(let folder) = try reach(target) else { continue }
        for prefix in [ownPrefix, olderPrefix].compactMap({ $0 }) {
          for name in try TemporaryFile.sweep(folder, prefix: prefix + "-w") {
            removed.insert(path(target, upTo: target.components.count - 1, name))
          }
        }
      } catch {
        throw .target("clean around", target.text, error)
      }
    }
    return removed.sorted()
  }
}

// MARK: - The way to a target

extension FileWorktree {
  package enum Step {
    case opened(OpenFile)
    case missing
    case blocked(FileKind)
  }

  package enum Reach {
    case folder(OpenFile)
    /// The index, among the target's folders, of the first that isn't there.
    case missing(Int)
    case blocked(TargetState)
  }

  /// Opens a sub-folder, or says what is in its place.
  package func step(into component: String, of folder: OpenFile) throws(FileError) -> Step {
    do throws(FileError) {
      return .opened(try folder.folder(component))
    } catch {
      switch error.number {
      case ENOENT: return .missing
      case ELOOP, ENOTDIR: return .blocked(try folder.status(of: component)?.kind ?? .unknown)
      default: throw error
      }
    }
  }

  /// Opens the folder a target lies in, as far as the way is there.
  package func reach(_ target: TargetPath) throws(FileError) -> Reach {
    var folder = root
    for (index, component) in target.components.dropLast().enumerated() {
      switch try step(into: component, of: folder) {
      case .opened(let next): folder = next
      case .missing: return .missing(index)
      case .blocked(let kind): return .blocked(blocked(target, index, kind))
      }
    }
    return .folder(folder)
  }

  /// Looks at a name in an open folder and reads the file there through.
  package func state(of name: String, in folder: OpenFile) throws(FileError) -> TargetState {
    guard let found = try folder.status(of: name) else { return .absent }
    guard found.kind == .regular else { return .other(found.kind) }
    do throws(FileError) {
      let file = try folder.open(name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK)
      let status = try file.status()
      guard status.kind == .regular else { return .other(status.kind) }
      let (digest, sizeBytes) = try file.digest()
      return .regular(digest, sizeBytes: sizeBytes, mode: status.mode)
    } catch {
      // The name changed hands since it was looked at.
      switch error.number {
      case ENOENT: return .absent
      case ELOOP: return .other(.link)
      case ENXIO: return .other(.socket)
      default: throw error
      }
    }
  }

  /// Returns a name in a folder that equals this one but for case or composition, if there is one.
  private func caseClash(of component: String, in folder: OpenFile) throws(FileError) -> String? {
    let folded = TargetPath.folded(component)
    return try folder.names().first { name in
      !name.utf8.elementsEqual(component.utf8) && TargetPath.folded(name) == folded
    }
  }

  private func blocked(_ target: TargetPath, _ index: Int, _ kind: FileKind) -> TargetState {
    let way = target.folders[index]
    return kind == .link ? .linkOnTheWay(way) : .fileOnTheWay(way)
  }

  package func path(_ target: TargetPath, upTo index: Int, _ name: String) -> String {
    (target.components[..<index] + [name]).joined(separator: "/")
  }
}

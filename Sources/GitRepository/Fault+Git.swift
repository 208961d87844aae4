import Core
import Subprocesses

/// Faults of the repository and of git.
extension Fault {
  package static func gitMissing() -> Fault {
    Fault(
      .gitMissing, "The program \"git\" was not found in PATH.",
      hint: "Install git 2.36 or newer.")
  }

  /// `ignored` names variables that lead git itself to a repository, and are not followed here.
  package static func noRepository(_ directory: String, ignored: [String] = []) -> Fault {
    let variables = ignored.joined(separator: " and ")
    return Fault(
      .noRepository,
      "\"\(directory)\" is not within a git repository: expected a working tree, found none."
        + (ignored.isEmpty
          ? "" : " \(variables) \(ignored.count == 1 ? "is" : "are") set, and not followed."),
      hint: ignored.isEmpty
        ? "Run `git init` there, or name the repository with `--repo DIR`."
        : "Name a repository whose working tree holds its `.git` with `--repo DIR`.",
      path: directory)
  }

  /// A `.git` file leads to a git folder that is gone.
  package static func gitFolderGone(_ directory: String, _ folder: String) -> Fault {
    Fault(
      .noRepository, "\"\(directory)\" lies in a working tree whose git folder \"\(folder)\" is not there.",
      hint: "`git worktree repair` in the main worktree finds a worktree that was moved.", path: directory)
  }

  package static func bareRepository(_ directory: String) -> Fault {
    Fault(
      .bareRepository,
      "The repository at \"\(directory)\" is bare: expected a working tree to place files in.",
      hint: "Use a clone with a working tree, or \"git worktree add\".", path: directory)
  }

  package static func noWorkingTree(_ directory: String) -> Fault {
    Fault(
      .noWorkingTree,
      "\"\(directory)\" lies in a repository's git folder: expected a folder of its working tree.",
      hint: "Change to the working tree, or name it with --repo.", path: directory)
  }

  package static func foreignRepository(_ directory: String) -> Fault {
    Fault(
      .foreignRepository,
      "Git refuses the repository at \"\(directory)\", because it belongs to another user.",
      hint: "If you trust it: git config --global --add safe.directory \"\(directory)\"", path: directory)
  }

  package static func repositoryRefused(_ directory: String, _ result: ProcessResult) -> Fault {
    Fault(
      .repositoryRefused, "Git can't work in \"\(directory)\": \(result.lastWords).",
      hint: "\"git status\" reports the same problem; fix it first.", path: directory)
  }

  package static func branchUnreadable(_ ref: String, _ place: String) -> Fault {
    Fault(
      .branchUnreadable, "The branch \"\(ref)\" \(place), and no commit can be read there.",
      hint: "\"git fsck\" looks for the cause.")
  }

  package static func noIdentity(_ role: String) -> Fault {
    Fault(
      .noIdentity,
      "Git does not know the commit's \(role): expected \"user.name\" and \"user.email\" to be set.",
      hint: "git config user.name \"Your Name\"; git config user.email you@example.com")
  }

  package static func unreadableIdentity(_ role: String) -> Fault {
    Fault(
      .unreadableIdentity,
      "The \(role) that git is configured with can't be used: expected UTF-8 text as \"Name <mail>\".",
      hint: "Set user.name and user.email again with \"git config\".")
  }

  package static func badIdentity(_ identity: String) -> Fault {
    Fault(
      .badIdentity,
      "\"\(identity)\" can't be a commit's author: expected \"Name <mail>\" and no other \"<\" or \">\"."
    )
  }

  package static func foreignPathInCommit(_ path: String) -> Fault {
    Fault(
      .foreignPathInCommit,
      "The commit would change \"\(path)\", none of the batch's paths: expected only those to differ.",
      hint: "Look for a file where the batch needs a folder, or for a hook that stages files.", path: path)
  }

  package static func commitIncomplete(_ id: GitID) -> Fault {
    Fault(
      .commitIncomplete,
      "The commit \"\(id)\" refers to objects that the repository no longer has, or that are damaged.",
      hint: "\"git fsck\" names what is missing.")
  }

  package static func objectsCollected() -> Fault {
    Fault(
      .gitObjectsCollected,
      "Git has collected objects of the commit while it was made, as `git gc --prune=now` does.",
      hint: "Once that is done, run the same command again: the commit is made again.")
  }

  package static func badMessage(_ defect: MessageRules.Defect, afterHooks: Bool) -> Fault {
    let finding =
      switch defect {
      case .empty: "no subject"
      case .control: "a control character"
      case .separator(let line): "\"---\" in line \(line), where the message would end"
      case .crowdedSubject: "no empty line after the subject"
      case .trailers(let line): "no trailer in line \(line)"
      case .missing(let trailer): "the trailer \"\(trailer)\" missing or repeated"
      }
    return Fault(
      .badCommitMessage, exit: afterHooks ? .inTheWay : .bug,
      "The commit's message is refused: expected a subject, a body and trailers, found \(finding).",
      hint: afterHooks ? "A hook changed the message. \(keepsConfiguration("hooks"))" : nil)
  }

  package static func hookRefused(_ hook: String, _ result: ProcessResult) -> Fault {
    if result.exit.isKilled {
      return Fault(.hookKilled, "The hook \"\(hook)\" was ended from outside: \(result.exit).")
    }
    var fault = Fault(
      .hookRefused, "The hook \"\(hook)\" refused the commit with \(result.exit): \(result.lastWords).",
      hint: "Fix what it names and run the same command again. \(keepsConfiguration("hooks"))")
    fault.output = result.errorText
    return fault
  }

  package static func hookChangedTarget(_ path: String) -> Fault {
    Fault(
      .hookChangedTarget,
      "A hook changed \"\(path)\" in git's index: expected the file as the batch packaged it.",
      hint: "Exclude the batch's files from what the hook formats. \(keepsConfiguration("hooks"))", path: path
    )
  }

  package static func signingUnavailable(_ finding: String) -> Fault {
    Fault(
      .signingUnavailable, "Git can't sign the commit here: \(finding).",
      hint: "Set git up to sign (see \"git help config\" for gpg.format and user.signingKey), "
        + "or set commit.sign to false in ledger.yaml.")
  }

  package static func signingFailed(_ result: ProcessResult) -> Fault {
    var fault = Fault(
      .signingFailed, "The commit could not be signed: \(result.lastWords) (\(result.exit)).",
      hint: "Try \"git commit-tree -S\", fix what it names, and run the same command again. "
        + keepsConfiguration("sign"))
    fault.output = result.errorText
    return fault
  }

  /// What to do without something that a batch was registered with.
  private static func keepsConfiguration(_ setting: String) -> String {
    "A batch keeps its configuration: to go without, cancel it, set commit.\(setting) to false, run it again."
  }

  package static func swapRefused(_ ref: String, _ result: ProcessResult) -> Fault {
    if let fault = passingFault("update-ref", result) { return fault }
    return Fault(
      .branchInTheWay, "Git could not move \"\(ref)\": \(result.lastWords).",
      hint: "A branch's name can't begin with another branch's name and a slash.")
  }

  package static func indexUnlockable(_ path: String, cause: String) -> Fault {
    Fault(
      .indexUnlockable, "The lock of git's index, \"\(path)\", can't be made, moved or removed: \(cause).",
      path: path)
  }

  package static func indexUnreadable(_ path: String) -> Fault {
    Fault(
      .indexUnreadable, "Git's index, \"\(path)\", can't be read: expected a regular file.", path: path)
  }

  package static func indexLockLost(_ path: String) -> Fault {
    Fault(
      .indexLockLost,
      "The lock of git's index, \"\(path)\", is no longer ours: expected our file, found another or none.",
      hint: "Run the same command again.", path: path)
  }

  package static func gitFileUnwritable(_ path: String) -> Fault {
    Fault(
      .gitFileUnwritable, "The file \"\(path)\" can't be written, read or removed.",
      path: path)
  }

  package static func gitFolderUnsynced(_ path: String, cause: String) -> Fault {
    Fault(
      .gitFolderUnsynced, "\"\(path)\" could not be synced: \(cause).", path: path)
  }

  package static func gitUnreadable(_ command: String, _ finding: String) -> Fault {
    Fault(
      .gitUnreadable, "The answer of \"git \(command)\" was not understood: \(finding).",
      hint: "\"git --version\" should be 2.36 or newer.")
  }

  /// Any failure of git that its callers don't expect.
  package static func gitFailed(_ command: String, _ result: ProcessResult) -> Fault {
    if let fault = passingFault(command, result) { return fault }
    if case .signal = result.exit { return killed("\"git \(command)\"", result.exit) }
    return Fault(
      .gitFailed,
      "\"git \(command)\" failed: expected exit status 0, found \(result.exit): \(result.lastWords).",
      hint: "\"git fsck\" and \"ledgerctl doctor\" look for the cause.")
  }

  /// What a hook's end from outside is where nobody has asked the run to stop: no commit without its consent.
  package static func refusal(byKilledHook fault: Fault) -> Fault {
    Fault(
      .hookRefused, fault.message,
      hint: "Run the same command again. \(keepsConfiguration("hooks"))")
  }

  /// What something else than us ended says nothing of the batch: trying again may help.
  private static func killed(_ program: String, _ exit: ExitState) -> Fault {
    Fault(
      .programKilled, "\(program) was ended from outside: \(exit).",
      hint: "Run the same command again.")
  }

  /// git's answer ends before its end: whatever wrote it, or carried it, stopped.
  package static func gitCutShort(_ command: String) -> Fault {
    Fault(
      .gitCutShort,
      "The answer of \"git \(command)\" was cut short: expected all of it, found its beginning.",
      hint: "Run the same command again: what was said is not believed.")
  }

  package static func gitPipeBroken(_ command: String, _ cause: String) -> Fault {
    Fault(
      .gitPipeBroken, "A pipe to \"git \(command)\" broke. \(cause)",
      hint: "Run the same command again: what was said through the pipe is not believed.")
  }

  /// What a failure of git's means that comes from around it, whatever it was asked.
  private static func passingFault(_ command: String, _ result: ProcessResult) -> Fault? {
    let complaint = result.lastWords
    for words in ["No space left on device", "Disk quota exceeded"] where complaint.contains(words) {
      return Fault(
        .gitDiskFull, "\"git \(command)\" found no space: \(complaint).",
        hint: "Make room and run the same command again.")
    }
    for words in [".lock': File exists", "cannot lock references"] where complaint.contains(words) {
      return Fault(
        .gitLocked, "\"git \(command)\" found a lock held: \(complaint).",
        hint: "Wait for the other git to end; if none runs, remove the lock file.")
    }
    if complaint.contains("Broken pipe") || [.signal(13), .code(141)].contains(result.exit) {
      return .gitPipeBroken(command, "It ended with \(result.exit): \(complaint).")
    }
    return nil
  }
}

extension ProcessResult {
  /// What a program said last on stderr, in one line and bounded: where it gave up, rather than where it began.
  package var lastWords: String {
    let lines = errorText.split(whereSeparator: \.isNewline).map(\.trimmed)
      .filter { !$0.isEmpty && !$0.hasPrefix("warning: ") && !$0.hasPrefix("hint: ") }
    var words = ""
    for line in lines.suffix(6) {
      words += (words.isEmpty ? "" : words.hasSuffix(":") ? " " : "; ") + line.prefix(300)
    }
    // The sentence around it has a point of its own.
    while words.last == "." || words.last == " " { words.removeLast() }
    return words.isEmpty ? "it said nothing" : words.count > 600 ? "…" + words.suffix(600) : words
  }

  /// All that is kept of stderr, without what colours it on a terminal.
  package var errorText: String {
    String(decoding: errorTail, as: UTF8.self).replacing(/\u{1B}\[[0-9;:]*[A-Za-z]/, with: "")
  }
}

extension Substring {
  /// Without white space at both ends.
  fileprivate var trimmed: Substring {
    var text = self[...]
    while text.first?.isWhitespace == true { text.removeFirst() }
    while text.last?.isWhitespace == true { text.removeLast() }
    return text
  }
}

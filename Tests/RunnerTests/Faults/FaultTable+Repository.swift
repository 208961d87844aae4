import FileStore
import Files
import GitRepository
import Subprocesses

@testable import Runner

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

extension FaultTable {
  static let targets: [Row] = [
    Row("targetRefused", .targetRefused("../x", .relativeComponent(".."))),
    Row(
      "targetsClash",
      .targetsClash(TargetClash(one: target, other: path("assets/asset-3/usage.md"), kind: .folderSpeltTwice))
    ),
    Row("targetInTheWay", .targetInTheWay(target, .linkOnTheWay("assets"), expected: "nothing")),
    Row("targetChanged", .targetChanged(target, .other(.folder))),
    Row("targetKeptAside", .targetKeptAside(target, aside: "assets/ASSET-3/.ledgerctl-1a2b")),
    Row("target", .target("write", target.text, FileError("open", EACCES))),
    Row("targetIgnored", .targetIgnored(target.text)),
    Row("targetAttribute", .targetAttribute(target.text, .filter("crlf"))),
    Row("targetAttribute", .targetAttribute(target.text, .lfsExtension("lock"))),
    Row(
      "targetAttribute", .targetAttribute(target.text, .filter("annex"), source: ".git/info/attributes")),
    Row("targetObstacle", .targetObstacle(target.text, Obstacle(path: "assets", kind: .repository))),
    Row("targetObstacle", .targetObstacle(target.text, Obstacle(path: "Assets", kind: .otherCase))),
    Row("targetObstacle", .targetObstacle(target.text, Obstacle(path: target.text, kind: .folder))),
    Row("targetStaged", .targetStaged(target.text)),
    Row(
      "targetNotOurs", .targetNotOurs(target.text, asset: asset, isTracked: true, isBundle: true)),
    Row(
      "targetNotOurs", .targetNotOurs(target.text, asset: asset, isTracked: true, isBundle: false)),
    Row(
      "targetNotOurs", .targetNotOurs(target.text, asset: asset, isTracked: false, isBundle: false)),
    Row("targetsDisappeared", .targetsDisappeared(target.text)),
    Row("oldBytesLost", .oldBytesLost(target.text, digest)),
  ]

  static let git: [Row] = [
    Row("gitMissing", .gitMissing()),
    Row("noRepository", .noRepository("/work")),
    Row("noRepository", .noRepository("/work", ignored: ["GIT_DIR", "GIT_WORK_TREE"])),
    Row("gitFolderGone", .gitFolderGone("/work/side", "/work/.git/worktrees/side")),
    Row("bareRepository", .bareRepository("/work")),
    Row("noWorkingTree", .noWorkingTree("/work/.git")),
    Row("foreignRepository", .foreignRepository("/work")),
    Row("repositoryRefused", .repositoryRefused("/work", refused)),
    Row("branchUnreadable", .branchUnreadable("refs/heads/main", "is at 1a2b3c4d5e6f")),
    Row("noIdentity", .noIdentity("author")),
    Row("unreadableIdentity", .unreadableIdentity("author")),
    Row("badIdentity", .badIdentity("Ada <ada@example.org> <x>")),
    Row("operationUnderWay", .operationUnderWay("merge")),
    Row("operationUnderWay", .operationUnderWay("git commit")),
    Row("gitNotWritable", .gitNotWritable("/work/.git")),
    Row("branchElsewhere", .branchElsewhere("refs/heads/main", path: "/work/other")),
    Row("headDetached", .headDetached(commit)),
    Row("branchOfATool", .branchOfATool("refs/heads/gitbutler/workspace")),
    Row("branchNameRefused", .branchNameRefused("a..b")),
    Row("branchVanished", .branchVanished("refs/heads/assets")),
    Row("branchKeepsMoving", .branchKeepsMoving("refs/heads/main")),
    Row("lockInTheWay", .lockInTheWay(LockFile(path: "/work/.git/index.lock", sizeBytes: 0, isOurs: false))),
    Row("foreignPathInCommit", .foreignPathInCommit("src/main.c")),
    Row("commitIncomplete", .commitIncomplete(commit)),
    Row("objectsCollected", .objectsCollected()),
    Row("badMessage", .badMessage(.separator(line: 3), afterHooks: false)),
    Row("badMessage", .badMessage(.separator(line: 3), afterHooks: true)),
    Row("hookRefused", .hookRefused("pre-commit", refused)),
    Row(
      "refusal",
      .refusal(
        byKilledHook: .hookRefused("pre-commit", ProcessResult(exit: .signal(9), output: [], errorTail: [])))),
    Row("hookChangedTarget", .hookChangedTarget("assets/ASSET-3/usage.md")),
    Row("signingUnavailable", .signingUnavailable("gpg.format is ssh and user.signingKey is not set")),
    Row("signingFailed", .signingFailed(refused)),
    Row("swapRefused", .swapRefused("refs/heads/main", refused)),
    Row("indexUnlockable", .indexUnlockable("/work/.git/index.lock", cause: "Permission denied")),
    Row("indexUnreadable", .indexUnreadable("/work/.git/index")),
    Row("indexLockLost", .indexLockLost("/work/.git/index.lock")),
    Row("gitFileUnwritable", .gitFileUnwritable("/work/.git/ledgerctl-index")),
    Row("gitFolderUnsynced", .gitFolderUnsynced("/work/.git", cause: "Input/output error")),
    Row("gitUnreadable", .gitUnreadable("rev-parse", "expected 10 lines, found 3")),
    Row("gitCutShort", .gitCutShort("cat-file")),
    Row("gitPipeBroken", .gitPipeBroken("cat-file", "It ended with signal 13: it said nothing.")),
    Row("gitFailed", .gitFailed("write-tree", refused)),
    Row(
      "gitFailed", .gitFailed("cat-file", ProcessResult(exit: .signal(9), output: [], errorTail: []))),
    Row("gitFailed", .gitFailed("write-tree", failing("fatal: No space left on device"))),
    Row("gitFailed", .gitFailed("write-tree", ProcessResult(exit: .signal(15), output: [], errorTail: []))),
    Row("gitFailed", .gitFailed("update-ref", failing("fatal: Unable to create 'x.lock': File exists"))),
  ]

  private static func failing(_ complaint: String) -> ProcessResult {
    ProcessResult(exit: .code(128), output: [], errorTail: Array(complaint.utf8))
  }
}

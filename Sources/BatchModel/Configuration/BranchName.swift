/// Tells names that git takes for a branch from others, as `git check-ref-format --branch` does.
package enum BranchName {
  package static func isFit(_ name: String) -> Bool {
    guard !name.isEmpty, name.utf8.count <= 200, name != "@", name != "HEAD", !name.hasPrefix("-"),
      !name.hasSuffix("."), !name.contains(".."), !name.contains("@{")
    else { return false }
    let forbidden = Set(" ~^:?*[\\".unicodeScalars)
    guard !name.unicodeScalars.contains(where: { forbidden.contains($0) || $0.isUnfitForPath }) else {
      return false
    }
    return name.split(separator: "/", omittingEmptySubsequences: false).allSatisfy {
      !$0.isEmpty && !$0.hasPrefix(".") && !$0.hasSuffix(".lock")
    }
  }
}

/// Finds the word that was probably meant, for "did you mean".
package enum Spelling {
  /// Returns the candidate nearest to a word, if it is near enough to be meant; the first of equally near
  /// ones.
  package static func nearest(to word: String, among candidates: some Sequence<String>) -> String? {
    let letters = Array(word.lowercased().unicodeScalars.filter { $0 != "-" && $0 != "_" })
    guard (1...64).contains(letters.count) else { return nil }
    var best: (candidate: String, distance: Int)?
    for candidate in candidates {
      let other = Array(candidate.lowercased().unicodeScalars.filter { $0 != "-" && $0 != "_" })
      let distance = distance(letters, other)
      // A third of the letters may differ, and one in short words.
      guard distance <= max(1, max(letters.count, other.count) / 3), distance < (best?.distance ?? .max)
      else {
        continue
      }
      best = (candidate, distance)
    }
    return best?.candidate
  }

  /// Counts the letters to insert, delete, replace or swap with a neighbour to get from one word to another.
  private static func distance(_ left: [Unicode.Scalar], _ right: [Unicode.Scalar]) -> Int {
    var beforeLast: [Int] = []
    var last = Array(0...right.count)
    for (row, letter) in left.enumerated() {
      var current = [row + 1]
      for (column, other) in right.enumerated() {
        var cost = min(last[column + 1] + 1, current[column] + 1, last[column] + (letter == other ? 0 : 1))
        if row > 0, column > 0, letter == right[column - 1], left[row - 1] == other {
          cost = min(cost, beforeLast[column - 1] + 1)
        }
        current.append(cost)
      }
      (beforeLast, last) = (last, current)
    }
    return last[right.count]
  }
}

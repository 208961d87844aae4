import Core

/// Faults of what the configuration says of an extractor.
extension Fault {
  package static func argumentsNoObject() -> Fault {
    Fault(
      .extractorArgumentsNoObject,
      "The extractor's \"arguments\" are not an object: expected names and values.",
      hint: "Write them as { code: \"@path\" }.")
  }

  package static func argumentDoesNotFit(_ word: String, batch: Bool) -> Fault {
    Fault(
      .extractorArgumentDoesNotFit,
      batch
        ? "The extractor's argument \"\(word)\" means one asset: expected \"@paths\" where batch is true."
        : "The extractor's argument \"\(word)\" means all assets: expected \"@path\" where batch is false.",
      hint: batch ? "Use \"@paths\", or set batch to false." : "Use \"@path\", or set batch to true.")
  }
}

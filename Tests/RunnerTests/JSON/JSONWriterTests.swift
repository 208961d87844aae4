import StrictJSON
import Testing

@testable import Runner

@Suite("JSON writer")
struct JSONWriterTests {
  let value: JSONValue = [
    "b": [1, .number("2.50"), nil], "a": ["x/y": "\u{1}\n\"\\é", "empty": []], "none": [:],
  ]

  @Test("Compact text keeps the order of fields and the spelling of numbers")
  func compact() {
    #expect(
      JSONWriter.compact(value)
        == #"{"b":[1,2.50,null],"a":{"x/y":"\u0001\n\"\\é","empty":[]},"none":{}}"#)
  }

  @Test("Pretty text sorts fields by their bytes, indents by two and ends with a line feed")
  func pretty() {
    #expect(
      JSONWriter.pretty(value) == """
        {
          "a": {
            "empty": [],
            "x/y": "\\u0001\\n\\"\\\\é"
          },
          "b": [
            1,
            2.50,
            null
          ],
          "none": {}
        }

        """)
  }

  @Test(
    "Values that say the same have the same canonical bytes",
    arguments: [
      ("{\"a\":92,\"b\":1}", "{ \"b\" : 1.0e0, \"a\" : 92.000 }"),
      ("[0.1,100,0]", "[1e-1,1E2,-0.0]"),
      ("\"\\u00e9\\/\"", "\"é/\""),
    ])
  func canonical(_ left: String, _ right: String) throws {
    #expect(
      try JSONWriter.canonical(JSONReader.value(of: Array(left.utf8)))
        == JSONWriter.canonical(JSONReader.value(of: Array(right.utf8))))
  }

  @Test("Neighbouring 64-bit integers stay apart in canonical bytes")
  func canonicalIntegers() {
    #expect(
      JSONWriter.canonical([.number("9223372036854775806"), .number("18446744073709551614")])
        == Array("[9223372036854775806,18446744073709551614]".utf8))
  }
}

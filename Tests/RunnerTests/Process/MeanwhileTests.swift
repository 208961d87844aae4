import Core
import GitRepository
import Subprocesses
import Testing

@testable import Runner

@Suite("Work that continues in the background")
struct MeanwhileTests {
  @Test("A value is waited for, and is there for everybody who asks")
  func value() throws {
    let work = Meanwhile { () throws(Fault) in 42 }
    #expect(try [work.value(), work.value(), work.value()] == [42, 42, 42])
  }

  @Test("A failure is thrown where the value is asked for")
  func failure() {
    let work = Meanwhile { () throws(Fault) -> Int in throw .noIdentity("author") }
    for _ in 0..<2 {
      #expect(throws: Fault.noIdentity("author")) { try work.value() }
    }
  }
}

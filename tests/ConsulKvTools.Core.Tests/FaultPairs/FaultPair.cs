namespace ConsulKvTools.Tests.FaultPairs;

/// <summary>Two or more things broken at once, and what the diagnosis must make of them.</summary>
/// <param name="How">What was broken, in words: the test's name and the matrix's row.</param>
/// <param name="Expected">Every finding above information: the root cause first, <c>A &lt; B</c> for an A that B explains.</param>
/// <param name="DiagnoseAsync">Breaks them and runs the whole diagnosis.</param>
internal sealed record FaultPair(string How, string[] Expected, Func<FaultPairLab, Task<ConsulDiagnosis>> DiagnoseAsync);

namespace ConsulKvTools.Tests.Faults;

/// <summary>One fault that was produced and named.</summary>
/// <param name="Code">The code that was named.</param>
/// <param name="Origin">How real it was.</param>
/// <param name="How">What was broken, in a few words.</param>
/// <param name="Verdict">What the product said of it: a verdict, or the outcome of a write.</param>
/// <param name="Time">How long the product took to say so.</param>
public sealed record FaultRow(string Code, FaultOrigin Origin, string How, string Verdict, TimeSpan Time);

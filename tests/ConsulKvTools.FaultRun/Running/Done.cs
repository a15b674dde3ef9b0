namespace ConsulKvTools.FaultRun.Running;

/// <summary>A write of the product that has ended.</summary>
/// <param name="Who">The client.</param>
/// <param name="Write">What was asked for.</param>
/// <param name="Result">What the product said.</param>
/// <param name="Begin">When it was asked, on the run's clock.</param>
/// <param name="End">When it said so.</param>
/// <param name="Floor">The greatest index anybody had seen at <paramref name="Begin"/>.</param>
internal sealed record Done(string Who, ConsulKvWrite Write, ConsulKvWriteResult Result, long Begin, long End, ulong Floor);

namespace ConsulKvTools.FaultRun.Running;

/// <summary>How many operations of one kind ended in one way.</summary>
/// <param name="Workload">The workload.</param>
/// <param name="Kind">What was asked for.</param>
/// <param name="Outcome">How it ended.</param>
/// <param name="Count">How many.</param>
internal sealed record OperationCount(string Workload, string Kind, string Outcome, int Count);

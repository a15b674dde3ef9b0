namespace ConsulKvTools.Kv.Progress;

/// <summary>What to show of work under way.</summary>
/// <param name="Text">Count and rate in words.</param>
/// <param name="Percent">0 to 100; null when the total is not known.</param>
/// <param name="Left">How long it will still take at this rate; null when that cannot be told.</param>
internal readonly record struct WorkStatus(string Text, int? Percent, TimeSpan? Left);

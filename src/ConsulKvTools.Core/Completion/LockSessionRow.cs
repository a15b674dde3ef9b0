namespace ConsulKvTools.Completion;

/// <summary>A lock session, as <c>/v1/session/list</c> shows it.</summary>
/// <param name="Id">What <c>-LockSession</c> takes.</param>
/// <param name="Name">The name it was given; empty when none was.</param>
/// <param name="Node">The node it lives on.</param>
/// <param name="TimeToLive">In Go's form; empty when it does not run out.</param>
/// <param name="Behavior"><c>release</c> or <c>delete</c>: what becomes of its keys when it ends.</param>
internal sealed record LockSessionRow(string Id, string Name, string Node, string TimeToLive, string Behavior);

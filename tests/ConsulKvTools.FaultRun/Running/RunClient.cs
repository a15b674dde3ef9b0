namespace ConsulKvTools.FaultRun.Running;

/// <summary>One client: a session of its own, and its own dice.</summary>
/// <param name="Name">For the histories: number and way.</param>
/// <param name="Session">The product's session.</param>
/// <param name="Random">Its dice, from the run's seed.</param>
internal sealed record RunClient(string Name, ConsulKvSession Session, Random Random);

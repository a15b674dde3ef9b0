namespace ConsulKvTools.Completion;

/// <summary>Names of one level of the store.</summary>
/// <param name="Names">Keys, and levels below with their slash, in Consul's order.</param>
/// <param name="IsCut">True when there are more than were asked for.</param>
internal sealed record LevelNames(IReadOnlyList<string> Names, bool IsCut);

namespace ConsulKvTools.Lab;

/// <summary>A way to fetch a consul executable.</summary>
internal interface IConsulSource
{
    string Name { get; }

    /// <summary>Fetches, verifies and unpacks into an empty folder.</summary>
    /// <returns>The executable's path in that folder.</returns>
    /// <exception cref="SourceUnusableException">This way does not exist on this machine, or what came was not what it should be.</exception>
    string Fetch(string folder);
}

/// <summary>Why a source cannot serve; the search goes on with the next one.</summary>
internal sealed class SourceUnusableException(string reason) : Exception(reason);

using System.Management.Automation;
using ConsulKvTools.Kv;

namespace ConsulKvTools.Commands;

/// <summary>A cmdlet that reads keys: found, missing, forbidden and filtered are four different answers.</summary>
public abstract class KvReadCmdlet : ConsulCmdlet
{
    private protected KvReader Reader => new(Active);

    /// <summary>The entry, or the error that says why there is none.</summary>
    private protected async Task<ConsulKvEntry?> ReadAsync(string key, ConsulConsistency consistency, CancellationToken cancellation)
    {
        var read = await Reader.GetAsync(key, consistency, cancellation).ConfigureAwait(false);
        if (read.Finding is { } finding) WriteError(FindingErrors.Create(finding, key));
        return read.Entry;
    }
}

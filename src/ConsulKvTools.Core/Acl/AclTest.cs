namespace ConsulKvTools.Acl;

/// <summary>Finds out what a token may do to a key, and why.</summary>
internal static class AclTest
{
    /// <summary>One result an operation, in order.</summary>
    /// <param name="session">The session whose token is tested.</param>
    /// <param name="key">The key or prefix.</param>
    /// <param name="operations">What to test.</param>
    /// <param name="admin">A session whose token may read ACLs; null uses the tested token for that too, as far as it may.</param>
    /// <param name="cancellation">Stops the test.</param>
    /// <exception cref="ConsulKeyException">The key cannot be sent as it is.</exception>
    /// <exception cref="ConsulException">The agent gives no answer at all.</exception>
    public static async Task<IReadOnlyList<ConsulAclResult>> RunAsync(
        ConsulKvSession session, string key, IReadOnlyList<AclOperation> operations, ConsulKvSession? admin, CancellationToken cancellation) =>
        (await AclExamination.RunAsync(new AclClient(session), key, operations, admin is null ? null : new AclClient(admin), cancellation).ConfigureAwait(false)).Results;
}

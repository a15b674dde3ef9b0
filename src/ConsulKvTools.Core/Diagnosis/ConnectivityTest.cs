namespace ConsulKvTools.Diagnosis;

/// <summary>The first four layers only: can this client reach a Consul agent, and how fast.</summary>
internal static class ConnectivityTest
{
    /// <summary>Walks name, transport, TLS and HTTP.</summary>
    /// <param name="session">The session to test.</param>
    /// <param name="timeout">Time for the whole test, above zero.</param>
    /// <param name="cancellation">Stops the test.</param>
    public static Task<ConsulConnectivityResult> RunAsync(ConsulKvSession session, TimeSpan timeout, CancellationToken cancellation) =>
        throw new NotSupportedException();
}

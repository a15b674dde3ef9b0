namespace ConsulKvTools.Tests.Faults;

/// <summary>How a fault came about.</summary>
public enum FaultOrigin
{
    /// <summary>Something real was broken: a Consul agent or cluster, a certificate, a socket, a route, a resolver, a file, a proxy, a process.</summary>
    Real,

    /// <summary>A scripted server gave the answer that another version of Consul is documented to give.</summary>
    Scripted,
}

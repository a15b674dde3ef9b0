using ConsulKvTools.Http;

namespace ConsulKvTools;

/// <summary>Configuration, retry policy and one pooled HTTP client. Immutable once made; may be used from many threads.</summary>
/// <remarks>Not a Consul lock session: that is always called <em>lock session</em>.</remarks>
public sealed class ConsulKvSession
{
    internal DialTarget Target { get; }

    internal ConsulKvSession(DialTarget target) => Target = target;
}

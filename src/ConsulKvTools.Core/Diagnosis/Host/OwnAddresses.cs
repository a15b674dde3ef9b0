using System.Net;
using System.Net.NetworkInformation;

namespace ConsulKvTools.Diagnosis.Host;

/// <summary>Which addresses are this machine's own.</summary>
internal static class OwnAddresses
{
    /// <summary>True for loopback and for every address of an interface; false where the system does not say.</summary>
    public static bool Include(IPAddress address)
    {
        if (IPAddress.IsLoopback(address)) return true;
        try
        {
            return NetworkInterface.GetAllNetworkInterfaces().SelectMany(one => one.GetIPProperties().UnicastAddresses).Any(one => one.Address.Equals(address));
        }
        catch (NetworkInformationException)
        {
            return false;
        }
    }
}

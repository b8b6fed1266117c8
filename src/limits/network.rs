//! Where a request comes from: the network address behind the proxies that the operator names.

use std::fmt;
use std::future::{Ready, ready};
use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use std::str::FromStr;

use actix_web::dev::Payload;
use actix_web::http::header::HeaderMap;
use actix_web::{FromRequest, HttpRequest};

use crate::error::Error;

/// What counts as one place: an IPv4 address, or the /64 of an IPv6 address, which is one household or one machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Network(IpAddr);

impl From<IpAddr> for Network {
    fn from(address: IpAddr) -> Network {
        Network(match address.to_canonical() {
            IpAddr::V4(address) => IpAddr::V4(address),
            IpAddr::V6(address) => IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() >> 64 << 64)),
        })
    }
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            IpAddr::V4(address) => address.fmt(f),
            IpAddr::V6(address) => write!(f, "{address}/64"),
        }
    }
}

impl Network {
    /// Returns the network of whoever sent a request.
    pub fn of(request: &HttpRequest) -> Network {
        let peer = request.peer_addr().map_or(IpAddr::V6(Ipv6Addr::UNSPECIFIED), |peer| peer.ip());
        match request.app_data::<Proxies>() {
            Some(proxies) => Network::from(proxies.client(peer, request.headers())),
            None => Network::from(peer),
        }
    }
}

impl FromRequest for Network {
    type Error = Error;
    type Future = Ready<Result<Network, Error>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Ok(Network::of(request)))
    }
}

/// The proxies whose word is taken for where a request comes from. Nobody's is, unless the operator names them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Proxies(Vec<Block>);

/// Addresses that begin with the same bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Block {
    address: IpAddr,
    bits: u32,
}

impl Block {
    fn holds(&self, address: IpAddr) -> bool {
        match (self.address, address) {
            (IpAddr::V4(own), IpAddr::V4(other)) => same(own.to_bits().into(), other.to_bits().into(), 32 - self.bits),
            (IpAddr::V6(own), IpAddr::V6(other)) => same(own.to_bits(), other.to_bits(), 128 - self.bits),
            _ => false,
        }
    }
}

fn same(one: u128, other: u128, without: u32) -> bool {
    one.checked_shr(without).unwrap_or(0) == other.checked_shr(without).unwrap_or(0)
}

impl FromStr for Block {
    type Err = ();

    fn from_str(text: &str) -> Result<Block, ()> {
        let (address, bits) = text.split_once('/').map_or((text, None), |(address, bits)| (address, Some(bits)));
        let address = address.parse::<IpAddr>().map_err(|_| ())?.to_canonical();
        let all = if address.is_ipv4() { 32 } else { 128 };
        let bits = bits.map_or(Ok(all), str::parse).map_err(|_| ())?;
        if bits <= all { Ok(Block { address, bits }) } else { Err(()) }
    }
}

impl FromStr for Proxies {
    type Err = String;

    /// Reads addresses and blocks with commas or spaces between them, as in `127.0.0.1, 10.0.0.0/8`.
    fn from_str(text: &str) -> Result<Proxies, String> {
        let parts = text.split([',', ' ']).filter(|part| !part.is_empty());
        let block = |part: &str| part.parse().map_err(|()| part.to_owned());
        parts.map(block).collect::<Result<_, _>>().map(Proxies)
    }
}

impl Proxies {
    /// Whether an address is one of these.
    pub fn holds(&self, address: IpAddr) -> bool {
        self.0.iter().any(|block| block.holds(address.to_canonical()))
    }

    /// Returns who sent a request that came from `peer`: read from the end, the first hop that is none of these proxies. A
    /// hop that is no address ends the way there, since whatever stands before it may be made up.
    fn client(&self, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
        if !self.holds(peer) {
            return peer;
        }
        let mut client = peer;
        for hop in hops(headers).iter().rev() {
            let Some(address) = address(hop) else { break };
            client = address;
            if !self.holds(address) {
                break;
            }
        }
        client
    }
}

/// The hops that the proxies note, the nearest last: of `X-Forwarded-For`, or of `Forwarded` where there is none.
fn hops(headers: &HeaderMap) -> Vec<String> {
    let all = |name: &str| {
        let values = headers.get_all(name).filter_map(|value| value.to_str().ok());
        values.flat_map(|value| value.split(',')).map(|hop| hop.trim().to_owned()).collect::<Vec<_>>()
    };
    let forwarded_for = all("x-forwarded-for");
    if !forwarded_for.is_empty() {
        return forwarded_for;
    }
    let of = |hop: &String| {
        let mut pairs = hop.split(';').filter_map(|pair| pair.trim().split_once('='));
        let (_, value) = pairs.find(|(name, _)| name.eq_ignore_ascii_case("for"))?;
        Some(value.trim_matches('"').to_owned())
    };
    all("forwarded").iter().map(|hop| of(hop).unwrap_or_default()).collect()
}

/// Reads an address, with or without a port, and in brackets.
fn address(hop: &str) -> Option<IpAddr> {
    let bare = hop.strip_prefix('[').and_then(|hop| hop.strip_suffix(']')).unwrap_or(hop);
    let with_port = || hop.parse::<SocketAddr>().ok().map(|address| address.ip());
    bare.parse().ok().or_else(with_port)
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    fn seen(proxies: &str, peer: &str, headers: &[(&'static str, &str)]) -> String {
        let request = TestRequest::default()
            .app_data(proxies.parse::<Proxies>().unwrap())
            .peer_addr(SocketAddr::new(peer.parse().unwrap(), 1));
        let request = headers.iter().fold(request, |request, header| request.append_header(*header));
        Network::of(&request.to_http_request()).to_string()
    }

    #[test]
    fn a_header_counts_only_from_a_named_proxy() {
        let header = [("X-Forwarded-For", "203.0.113.7")];
        assert_eq!(seen("", "127.0.0.1", &header), "127.0.0.1");
        assert_eq!(seen("10.0.0.0/8", "127.0.0.1", &header), "127.0.0.1");
        assert_eq!(seen("127.0.0.1", "127.0.0.1", &header), "203.0.113.7");
        assert_eq!(seen("10.0.0.0/8, ::1", "::1", &header), "203.0.113.7");
        assert_eq!(seen("127.0.0.1", "::ffff:127.0.0.1", &header), "203.0.113.7");
    }

    #[test]
    fn the_last_hop_that_is_no_proxy_counts() {
        let proxies = "127.0.0.1 10.0.0.0/8";
        let of = |hops: &str| seen(proxies, "127.0.0.1", &[("X-Forwarded-For", hops)]);
        assert_eq!(of("1.1.1.1, 203.0.113.7, 10.1.2.3"), "203.0.113.7");
        // What a visitor writes stands before what the proxy adds.
        assert_eq!(of("10.9.9.9, 203.0.113.7"), "203.0.113.7");
        assert_eq!(of("203.0.113.7, nonsense, 10.1.2.3"), "10.1.2.3");
        assert_eq!(of("10.4.4.4"), "10.4.4.4");
        assert_eq!(of(""), "127.0.0.1");
        let twice = [("X-Forwarded-For", "1.1.1.1"), ("X-Forwarded-For", "203.0.113.7:4711")];
        assert_eq!(seen(proxies, "127.0.0.1", &twice), "203.0.113.7");
    }

    #[test]
    fn forwarded_is_read_as_its_rfc_writes_it() {
        let of = |value: &str| seen("127.0.0.1", "127.0.0.1", &[("Forwarded", value)]);
        assert_eq!(of("for=1.1.1.1, for=203.0.113.7;proto=https;by=10.0.0.1"), "203.0.113.7");
        assert_eq!(of("proto=https;For=\"[2001:db8:1:2:3:4:5:6]:4711\""), "2001:db8:1:2::/64");
        assert_eq!(of("for=_hidden"), "127.0.0.1");
    }

    #[test]
    fn a_network_is_an_address_or_a_64() {
        let network = |address: &str| Network::from(address.parse::<IpAddr>().unwrap());
        assert_eq!(network("2001:db8::1"), network("2001:db8::ffff:0:0:9"));
        assert_ne!(network("2001:db8::1"), network("2001:db8:0:1::1"));
        assert_eq!(network("::ffff:192.0.2.1"), network("192.0.2.1"));
        assert_ne!(network("192.0.2.1"), network("192.0.2.2"));
    }

    #[test]
    fn what_is_no_address_is_no_proxy() {
        for wrong in ["localhost", "10.0.0.0/33", "10.0.0.0/", "::/129", "10.0.0"] {
            assert_eq!(wrong.parse::<Proxies>(), Err(wrong.to_owned()));
        }
        let all: Proxies = "0.0.0.0/0,::/0".parse().unwrap();
        assert!(all.holds("192.0.2.1".parse().unwrap()) && all.holds("2001:db8::1".parse().unwrap()));
    }
}

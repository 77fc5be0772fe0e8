//! Blocks of IP addresses: `10.0.0.0/24`, `2001:db8::/32`.

use std::net::IpAddr;

/// A block.
#[derive(Clone, Copy, Debug)]
pub(super) struct Network {
    is_v6: bool,
    /// The bits that all its addresses have, at the low end.
    head: u128,
    /// How many bits follow them.
    tail: u32,
}

impl Network {
    pub(super) fn parse(text: &str) -> Option<Network> {
        let (address, mask) = text.split_once('/')?;
        let (is_v6, bits) = bits(address.parse().ok()?);
        let width = if is_v6 { 128 } else { 32 };
        let length: u32 = mask.parse().ok().filter(|length| *length <= width)?;
        let tail = width - length;
        Some(Network {
            is_v6,
            head: bits.checked_shr(tail).unwrap_or(0),
            tail,
        })
    }

    pub(super) fn holds(&self, text: &str) -> bool {
        text.parse().is_ok_and(|address| {
            let (is_v6, bits) = bits(address);
            is_v6 == self.is_v6 && bits.checked_shr(self.tail).unwrap_or(0) == self.head
        })
    }
}

fn bits(address: IpAddr) -> (bool, u128) {
    match address {
        IpAddr::V4(address) => (false, address.to_bits().into()),
        IpAddr::V6(address) => (true, address.to_bits()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_belong_to_blocks() {
        for (block, address, expected) in [
            ("10.0.0.0/24", "10.0.0.255", true),
            ("10.0.0.7/24", "10.0.0.1", true),
            ("10.0.0.0/24", "10.0.1.0", false),
            ("10.0.0.1/32", "10.0.0.1", true),
            ("0.0.0.0/0", "255.1.2.3", true),
            ("0.0.0.0/0", "::1", false),
            ("0.0.0.0/0", "localhost", false),
            ("2001:db8::/32", "2001:db8:1::2", true),
            ("2001:db8::/32", "2001:db9::", false),
            ("::/0", "2001:db9::", true),
        ] {
            let network = Network::parse(block).expect("it is a block");
            assert_eq!(network.holds(address), expected, "{block} {address}");
        }
        for block in [
            "",
            "10.0.0.0",
            "10.0.0/8",
            "10.0.0.0/33",
            "::/129",
            "10.0.0.0/-1",
            "a/8",
        ] {
            assert!(Network::parse(block).is_none(), "{block}");
        }
    }
}
